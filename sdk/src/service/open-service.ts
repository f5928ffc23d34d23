import type { Notification, Rename } from "../rpc/methods.js";
import { assetMethods } from "./assets.js";
import { canvasMethods } from "./canvases.js";
import { greetingMethods } from "./greeting.js";
import { itemMethods } from "./items.js";
import type { Methods, Page } from "./methods.js";
import { ModelProcess } from "./models/model-process.js";
import { Models } from "./models.js";
import { teamMethods } from "./teams.js";
import { Uploads } from "./uploads.js";
import { Watcher } from "./watcher.js";

export interface ServiceOptions {
  /** The version that `hello` says. */
  readonly version: string;
  /** The folder of Jupyter's server: the paths of files lie below it. */
  readonly root: string;
  /** Hears what changed in the vault, whoever changed it. */
  readonly onChange: (change: Notification<"changed">) => void;
  /** Hears what a page has given another name. */
  readonly onRename: (rename: Rename) => void;
}

/** The vault's service: what the pages of JupyterLab ask for. */
export interface Service {
  readonly methods: Methods;
  /** Forgets a page, and removes what it has uploaded. */
  leave(page: Page): void;
  /** Ends what runs and removes what was uploaded. */
  end(): void;
}

/** How long an import may take, and how long its process stays, ms. */
const IMPORT = { limit: 30 * 60_000, stay: 10_000 };

/** Opens the vault's service over the home; it reads nothing before it is asked. */
export function openService({ version, root, onChange, onRename }: ServiceOptions): Service {
  const watcher = new Watcher(onChange);
  const uploads = new Uploads();
  const models = new Models(root);
  const imports = new ModelProcess(IMPORT.limit, IMPORT.stay);
  const lists = {
    ...itemMethods({ watcher, uploads, models, imports, root, onRename }),
    ...assetMethods(watcher),
    ...canvasMethods(watcher, onRename),
  };
  return {
    methods: {
      ...greetingMethods(version),
      ...teamMethods(watcher, lists),
      ...lists,
      ...uploads.methods,
      ...models.methods,
    },
    leave: (page) => uploads.leave(page),
    end: () => {
      watcher.end();
      models.end();
      imports.end();
      uploads.end();
    },
  };
}
