import { InputDialog } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import type { IVaultService } from "../service/tokens.js";
import type { VaultTarget } from "./snippets.js";

type Kind = VaultTarget["kind"];

/** The target that a command's arguments name, null where they name none. */
export function targetOf({ kind, team, name }: ReadonlyPartialJSONObject): VaultTarget | null {
  if (typeof team !== "string" || typeof name !== "string") return null;
  return kind === "item" || kind === "asset" || kind === "canvas" ? { kind, team, name } : null;
}

/** Asks for one of the vault's items, assets or canvases; null if nothing was chosen. @throws Error if there are none */
export async function chooseTarget(
  service: IVaultService,
  trans: TranslationBundle,
  title: string,
  kinds: readonly Kind[],
): Promise<VaultTarget | null> {
  const list = { item: "items.list", asset: "assets.list", canvas: "canvases.list" } as const;
  const lists = (await service.call("teams.list", {})).flatMap((team) =>
    kinds.map(async (kind) => (await service.call(list[kind], { team })).map(({ name }) => ({ kind, team, name }))),
  );
  const targets = (await Promise.all(lists)).flat();
  const kindNames = { item: trans.__("Item"), asset: trans.__("Asset"), canvas: trans.__("Canvas") };
  if (targets.length === 0) throw new Error(trans.__("The vault has nothing of that kind yet."));
  const labels = targets.map(
    ({ kind, team, name }) => `${kinds.length > 1 ? `${kindNames[kind]} ` : ""}${team}/${name}`,
  );
  const { value } = await InputDialog.getItem({ title, items: labels });
  return targets[labels.indexOf(value ?? "")] ?? null;
}
