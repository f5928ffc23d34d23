import { entriesOf, isName, litHome } from "../home.js";
import { VaultItem } from "./vault-item.js";

/**
 * The items of a team's vault in the order in which they were added; none if there is no such team.
 * @param filter only items whose name contains this text, ignoring case
 * @throws LitVaultError if the team's name is not valid or its catalogue cannot be read
 */
export async function getVaultItems(team: string, filter?: string | { readonly name?: string }): Promise<VaultItem[]> {
  const { readCatalogue } = await import("./catalogue.js");
  const rows = await readCatalogue(team, (db) =>
    db.selectFrom("items").select("name").orderBy("dateAdded").orderBy("id").execute(),
  );
  const wanted = ((typeof filter === "string" ? filter : filter?.name) ?? "").toLowerCase();
  const names = (rows ?? []).map(({ name }) => name);
  return names.filter((name) => name.toLowerCase().includes(wanted)).map((name) => new VaultItem(team, name));
}

/** The teams of the home, by name: its folders that hold a catalogue. @throws LitVaultError if the home cannot be read */
export async function getTeams(): Promise<string[]> {
  const { isTeam } = await import("./catalogue.js");
  const teams: string[] = [];
  for (const { name } of await entriesOf(litHome())) if (isName(name) && (await isTeam(name))) teams.push(name);
  return teams.sort();
}
