import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { isLocal, LocalModules, localPath } from "./local-modules.js";

export type Namespace = Readonly<Record<string, unknown>>;
type Import = (specifier: string, options?: { with: Readonly<Record<string, string>> }) => Promise<Namespace>;

/** `import()` as a module in a folder has it. */
const importFrom = (folder: string): Import =>
  new vm.Script("(specifier, options) => import(specifier, options)", {
    filename: join(folder, "cell.js"),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as Import;

/** Modules as the cells of a notebook import them: from the notebook's folder. */
export class Modules {
  /** What `import.meta` is in a cell. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly require: NodeJS.Require;
  readonly #folder: string;
  readonly #own: ReadonlyMap<string, Namespace>;
  readonly #local: LocalModules;
  readonly #import: Import;

  /** @param own modules that the kernel itself provides, by name */
  constructor(folder: string, own: ReadonlyMap<string, Namespace>) {
    const filename = join(folder, "cell.ts");
    this.#folder = folder;
    this.#own = own;
    this.require = createRequire(filename);
    this.#import = importFrom(folder);
    this.#local = new LocalModules((specifier, from) => this.#external(specifier, from));
    this.meta = Object.freeze({
      url: pathToFileURL(filename).href,
      filename,
      dirname: folder,
      resolve: (specifier: string) => pathToFileURL(this.require.resolve(specifier)).href,
    });
  }

  /** A cell's `import()`. */
  readonly import = async (
    specifier: unknown,
    options?: { with?: Readonly<Record<string, string>> },
  ): Promise<Namespace> => {
    const name = String(specifier);
    const own = this.#own.get(name);
    if (own) return own;
    if (isLocal(name)) return this.#local.import(localPath(name, this.#folder));
    return this.#external(name, this.#folder, options?.with);
  };

  async #external(
    specifier: string,
    folder: string,
    attributes?: Readonly<Record<string, string>>,
  ): Promise<Namespace> {
    const own = this.#own.get(specifier);
    if (own) return own;
    const load = folder === this.#folder ? this.#import : importFrom(folder);
    const options = attributes && Object.keys(attributes).length > 0 ? { with: attributes } : undefined;
    try {
      return await load(specifier, options);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND" || !isMissing(error, specifier)) throw error;
      // The kernel's own packages can be used from any folder.
      if (specifier.startsWith("@litlab/"))
        return await importFrom(fileURLToPath(new URL("..", import.meta.url)))(specifier);
      throw Object.assign(
        new Error(
          `Cannot find package '${packageOf(specifier)}' from ${folder}. To install it: npm install ${packageOf(specifier)}`,
        ),
        { code: "ERR_MODULE_NOT_FOUND" },
      );
    }
  }
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const isMissing = (error: unknown, specifier: string): boolean =>
  (error as Error).message.includes(`'${packageOf(specifier)}'`);
