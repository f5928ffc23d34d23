import { promises, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL, URL } from "node:url";
import vm from "node:vm";
import type { CellImport } from "../channel.js";
import { isLocal, LocalModules, localPath } from "./local-modules.js";

export type Namespace = Readonly<Record<string, unknown>>;
type Import = (specifier: string, options?: { with: Readonly<Record<string, string>> }) => Promise<Namespace>;

/** `import()` as a module in a folder has it. */
const importFrom = (folder: string): Import =>
  new vm.Script("(specifier, options) => import(specifier, options)", {
    filename: join(folder, "cell.js"),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }).runInThisContext() as Import;

let loading = 0;
const { readFile } = promises;
/** A package is hundreds of small files, which Node's loader reads by this: quicker here than in another thread. */
promises.readFile = (async (path: unknown, ...options: unknown[]) =>
  loading > 0 && path instanceof URL && options.length === 0
    ? readFileSync(path)
    : Reflect.apply(readFile, promises, [path, ...options])) as typeof readFile;

/** Modules as the cells of a notebook import them: from the notebook's folder. */
export class Modules {
  /** What `import.meta` is in a cell. */
  readonly meta: Readonly<Record<string, unknown>>;
  readonly require: NodeJS.Require;
  readonly #folder: string;
  readonly #own: ReadonlyMap<string, Namespace>;
  readonly #local: LocalModules;
  readonly #import: Import;
  readonly #loaded = new Set<string>();

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

  /** The packages that imports begin with and that are not loaded yet; what follows a file of the notebook's comes after it. */
  missing(imports: readonly CellImport[]): readonly CellImport[] {
    const local = imports.findIndex(({ specifier }) => isLocal(specifier));
    return (local < 0 ? imports : imports.slice(0, local)).filter(
      ({ specifier }) => !this.#own.has(specifier) && !this.#loaded.has(specifier),
    );
  }

  /** Loads packages ahead of the cell that imports them; one that fails fails again there. */
  async preload(imports: readonly CellImport[]): Promise<void> {
    loading++;
    try {
      for (const { specifier, attributes } of imports) {
        await this.#external(specifier, this.#folder, attributes);
        this.#loaded.add(specifier);
      }
    } catch {
      // The cell's own import says why.
    } finally {
      loading--;
    }
  }

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
