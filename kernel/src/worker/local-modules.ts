import { readFile, stat } from "node:fs/promises";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import vm from "node:vm";
import { stampOf } from "../file-stamp.js";
import type { Namespace } from "./modules.js";
import { registerMaps } from "./stack-traces.js";
import { transformModule } from "./transform-module.js";

interface Entry {
  /** What the file was when it was read. */
  readonly stamp: string | null;
  readonly module: vm.Module;
  /** Files that it imports. */
  readonly imports: Set<string>;
}

const EXTENSIONS = [".ts", ".tsx", ".mts", ".js", ".jsx", ".mjs", ".json"];
/** Node's own loader takes these. */
const NATIVE = new Set([".cjs", ".cts", ".node", ".wasm"]);

/**
 * TypeScript and JavaScript modules of the notebook's folder, by path. A module is made anew when its file changed, or one
 * that it imports.
 */
export class LocalModules {
  readonly #entries = new Map<string, Entry>();
  #queue: Promise<unknown> = Promise.resolve();
  readonly #external: (specifier: string, folder: string) => Promise<Namespace>;

  constructor(external: (specifier: string, folder: string) => Promise<Namespace>) {
    this.#external = external;
  }

  /** A cell's import: one after the other, since linking must not be interrupted. */
  import(path: string): Promise<Namespace> {
    const imported = this.#queue.then(() => this.#load(path));
    this.#queue = imported.catch(() => undefined);
    return imported;
  }

  async #load(path: string): Promise<Namespace> {
    const file = await resolveFile(path);
    if (await isNative(file)) return this.#external(pathToFileURL(file).href, dirname(file));
    await this.#dropChanged();
    const module = await this.#module(file);
    try {
      if (module.status === "unlinked") await module.link(this.#link);
      await module.evaluate();
    } catch (error) {
      // What failed is tried again next time.
      for (const [path, { module }] of this.#entries) if (module.status !== "evaluated") this.#entries.delete(path);
      throw error;
    }
    return module.namespace as Namespace;
  }

  /** Forgets modules whose file changed, and those that import them. */
  async #dropChanged(): Promise<void> {
    const dropped = new Set<string>();
    for (const [file, { stamp }] of this.#entries) if ((await stampOf(file)) !== stamp) dropped.add(file);
    for (let before = -1; before !== dropped.size; ) {
      before = dropped.size;
      for (const [file, { imports }] of this.#entries)
        if ([...imports].some((path) => dropped.has(path))) dropped.add(file);
    }
    for (const file of dropped) this.#entries.delete(file);
  }

  async #module(file: string): Promise<vm.Module> {
    const known = this.#entries.get(file);
    if (known) return known.module;
    const [stamp, text] = await Promise.all([stampOf(file), readFile(file, "utf8")]);
    const again = this.#entries.get(file);
    if (again) return again.module;
    const module = extname(file) === ".json" ? jsonModule(file, text) : await this.#sourceModule(file, text);
    const raced = this.#entries.get(file);
    if (raced) return raced.module;
    this.#entries.set(file, { stamp, module, imports: new Set() });
    return module;
  }

  async #sourceModule(file: string, text: string): Promise<vm.Module> {
    const { code, map } = await transformModule(file, text);
    registerMaps(file, [map]);
    const url = pathToFileURL(file).href;
    return new vm.SourceTextModule(code, {
      identifier: file,
      initializeImportMeta: (meta) => {
        Object.assign(meta, { url, filename: file, dirname: dirname(file) });
      },
      importModuleDynamically: (async (specifier: string) =>
        isLocal(specifier)
          ? this.#load(localPath(specifier, dirname(file)))
          : this.#external(specifier, dirname(file))) as never,
    });
  }

  readonly #link = async (specifier: string, referencing: vm.Module): Promise<vm.Module> => {
    const from = referencing.identifier;
    if (!isLocal(specifier)) return namespaceModule(specifier, await this.#external(specifier, dirname(from)));
    const file = await resolveFile(localPath(specifier, dirname(from)));
    if (await isNative(file))
      return namespaceModule(file, await this.#external(pathToFileURL(file).href, dirname(from)));
    const module = await this.#module(file);
    this.#entries.get(from)?.imports.add(file);
    return module;
  };
}

/** Whether an import means a file of the notebook's, not a package. */
export const isLocal = (specifier: string): boolean => /^(\.{1,2}\/|\/|file:)/.test(specifier);

/** The path that such an import means in a folder. */
export const localPath = (specifier: string, folder: string): string =>
  specifier.startsWith("file:") ? fileURLToPath(specifier) : resolve(folder, specifier);

/** The file that an import means: as it stands, with an extension, a `.ts` for its `.js`, or a folder's index. */
async function resolveFile(path: string): Promise<string> {
  const candidates = [
    path,
    ...EXTENSIONS.map((extension) => path + extension),
    path.replace(/\.([cm]?)js$/, ".$1ts"),
    ...EXTENSIONS.map((extension) => join(path, `index${extension}`)),
  ];
  for (const candidate of candidates) if ((await stat(candidate).catch(() => null))?.isFile()) return candidate;
  throw Object.assign(new Error(`Cannot find module '${path}'`), { code: "ERR_MODULE_NOT_FOUND" });
}

async function isNative(file: string): Promise<boolean> {
  const extension = extname(file);
  if (NATIVE.has(extension)) return true;
  if (extension !== ".js") return false;
  return !/^\s*(import|export)\b/m.test(await readFile(file, "utf8"));
}

function jsonModule(file: string, text: string): vm.Module {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`${file}: ${(error as Error).message}`);
  }
  return namespaceModule(file, { default: value });
}

function namespaceModule(identifier: string, namespace: Namespace): vm.Module {
  const names = Object.keys(namespace);
  return new vm.SyntheticModule(
    names,
    function () {
      for (const name of names) this.setExport(name, namespace[name]);
    },
    { identifier },
  );
}
