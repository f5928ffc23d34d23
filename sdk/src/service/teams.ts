import { getTeams } from "../vault/get-vault-items.js";
import type { Methods } from "./methods.js";
import type { Watcher } from "./watcher.js";

type Lists = Pick<Methods, "items.list" | "assets.list" | "canvases.list">;

export const teamMethods = (watcher: Watcher, lists: Lists): Methods<"teams.list" | "teams.open"> => {
  const list = async (): Promise<string[]> => {
    await watcher.follow(null);
    return await getTeams();
  };
  return {
    "teams.list": list,

    "teams.open": async (_, page) => {
      const teams = await list();
      const [team] = teams;
      if (team === undefined) return { teams, first: null };
      const first = Promise.all([
        lists["items.list"]({ team }, page),
        lists["assets.list"]({ team }, page),
        lists["canvases.list"]({ team }, page),
      ]).then(([items, assets, canvases]) => ({ items, assets, canvases }));
      // Whoever asks for the lists one by one is told why.
      return { teams, first: await first.catch(() => null) };
    },
  };
};
