import { getTeams } from "../vault/get-vault-items.js";
import type { Methods } from "./methods.js";
import type { Watcher } from "./watcher.js";

export const teamMethods = (watcher: Watcher): Methods<"teams.list"> => ({
  "teams.list": async () => {
    await watcher.follow(null);
    return await getTeams();
  },
});
