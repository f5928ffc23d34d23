import type { ISettingRegistry } from "@jupyterlab/settingregistry";
import { KINDS, type Kind, SORT_KEYS, type Sort } from "./lists.js";
import type { VaultModel } from "./vault-model.js";
import type { VaultSidebar } from "./vault-sidebar.js";

type Settings = ISettingRegistry.ISettings;

/** The settings once they are there; without them everything is as it comes. */
export async function loadSettings(registry: ISettingRegistry | null, id: string): Promise<Settings | null> {
  try {
    return (await registry?.load(id)) ?? null;
  } catch (error) {
    console.warn(`Lit Lab's settings cannot be read: ${String(error)}`);
    return null;
  }
}

/** Sorts as the settings say. @returns what sorts, and sets the settings */
export function keepSort(model: VaultModel, loading: Promise<Settings | null>): (sort: Sort) => void {
  void loading.then((settings) => {
    const follow = (): void => {
      const { sortBy, sortDescending } = settings?.composite ?? {};
      const by = SORT_KEYS.find((key) => key === sortBy);
      if (by) model.sort = { by, descending: sortDescending === true };
    };
    settings?.changed.connect(follow);
    follow();
  });
  return (sort) => {
    model.sort = sort;
    void loading.then(async (settings) => {
      await settings?.set("sortDescending", sort.descending);
      await settings?.set("sortBy", sort.by);
    });
  };
}

/** Begins with the team and the folded sections of the last time. */
export async function keepView(model: VaultModel, sidebar: VaultSidebar, loading: Promise<Settings | null>) {
  const settings = await loading;
  if (!settings) return;
  const { team, folded } = settings.composite;
  if (typeof team === "string" && team !== "") model.chooseTeam(team);
  sidebar.folded = KINDS.filter((kind) => Array.isArray(folded) && folded.includes(kind));
  sidebar.foldedChanged.connect((_, now: readonly Kind[]) => void settings.set("folded", [...now]));
  model.teamChosen.connect((_, chosen) => void settings.set("team", chosen));
}
