import type { Attribute, Dataset, Entity, File, Group } from "h5wasm";
import { LitError, type LitErrorOptions } from "./errors.js";

export type { Dataset, File, Group } from "h5wasm";

type ErrorType = new (message: string, options: LitErrorOptions) => LitError;
type Library = typeof import("h5wasm");

/** h5wasm over the host's files, or over memory; each is its own WebAssembly module. Failures throw instead of being printed. */
const libraries = {
  disk: once(() => import("h5wasm/node")),
  memory: once(() => import("h5wasm")),
};

function once(load: () => Promise<Library>): () => Promise<Library> {
  let library: Promise<Library> | undefined;
  return () => {
    library ??= load().then(async (loaded) => {
      const module = (await loaded.ready) as { activate_throwing_error_handler?: () => void };
      module.activate_throwing_error_handler?.();
      return loaded;
    });
    return library;
  };
}

/** h5wasm over the host's files, ready to use: for writing. */
export const loadHdf5 = (): Promise<Library> => libraries.disk();

let files = 0;

/**
 * Opens an HDF5 file for reading, from the disk or from bytes in memory, and closes it when `use` is done.
 * @param source a path of the host, or the file's bytes with the name that messages give it
 * @throws errorType if there is no such file, it is not HDF5, or it is cut off or damaged
 */
export async function withHdf5<T>(
  source: string | { readonly bytes: Uint8Array; readonly name: string },
  errorType: ErrorType,
  use: (file: File) => T | Promise<T>,
): Promise<T> {
  const name = typeof source === "string" ? source : source.name;
  const fail = (what: string, cause?: unknown) => new errorType(`${name}: ${what}`, { cause });
  const library = await (typeof source === "string" ? libraries.disk() : libraries.memory());
  let path = name;
  if (typeof source === "string") {
    const { stat } = await import("node:fs/promises");
    const found = await stat(path).catch((cause) => {
      throw fail(cause.code === "ENOENT" ? "no such file" : `cannot be read (${cause.code})`, cause);
    });
    if (!found.isFile()) throw fail("not a file");
  } else {
    path = `/${files++}.h5`;
    (await library.ready).FS.writeFile(path, source.bytes);
  }
  let file: File | undefined;
  try {
    file = new library.File(path, "r");
    return await use(file);
  } catch (error) {
    if (error instanceof LitError) throw error;
    throw fail(`not a readable HDF5 file, or cut off: ${reasonOf(error)}`, error);
  } finally {
    if (file) file.close();
    if (typeof source !== "string") (await library.ready).FS.unlink(path);
  }
}

/** What the system or HDF5 says of a failure, out of HDF5's whole trace. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = /error message = '([^']+)'/.exec(text) ?? /#000: .* in \w+\(\): (.+)/.exec(text);
  return said?.[1] ?? text.split("\n")[0] ?? "";
}

export const isGroup = (entity: Entity | null | undefined): entity is Group =>
  entity != null && "keys" in entity && typeof entity.keys === "function";

export const isDataset = (entity: Entity | null | undefined): entity is Dataset =>
  entity != null && "slice" in entity && typeof entity.slice === "function";

/** An attribute that holds text, or several texts; undefined if there is none. */
export function textsOf(attribute: Attribute | undefined): string[] | undefined {
  const value = attribute?.value;
  const list = Array.isArray(value) ? value : [value];
  return list.every((text) => typeof text === "string") ? (list as string[]) : undefined;
}
