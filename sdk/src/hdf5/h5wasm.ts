import type { Attribute, Dataset, Entity, File, Group } from "h5wasm";
import { LitError, type LitErrorOptions } from "../errors.js";
import { reasonOf } from "./reason-of.js";

export type { Dataset, File, Group } from "h5wasm";

type ErrorType = new (message: string, options: LitErrorOptions) => LitError;
type Library = typeof import("h5wasm");

let library: Promise<Library> | undefined;

/** h5wasm over the host's files, ready to use. Failures throw instead of being printed. */
export function loadHdf5(): Promise<Library> {
  library ??= import("h5wasm/node").then(async (loaded: Library) => {
    const module = (await loaded.ready) as { activate_throwing_error_handler?: () => void };
    module.activate_throwing_error_handler?.();
    return loaded;
  });
  return library;
}

/**
 * Opens an HDF5 file of the host for reading, and closes it when `use` is done.
 * @throws errorType if there is no such file, it is not HDF5, or it is cut off or damaged
 */
export async function withHdf5<T>(path: string, errorType: ErrorType, use: (file: File) => T | Promise<T>): Promise<T> {
  const fail = (what: string, cause?: unknown) => new errorType(`${path}: ${what}`, { cause });
  const { File } = await loadHdf5();
  const { stat } = await import("node:fs/promises");
  const found = await stat(path).catch((cause) => {
    throw fail(cause.code === "ENOENT" ? "no such file" : `cannot be read (${cause.code})`, cause);
  });
  if (!found.isFile()) throw fail("not a file");
  let file: File | undefined;
  try {
    file = new File(path, "r");
    return await use(file);
  } catch (error) {
    if (error instanceof LitError) throw error;
    throw fail(`not a readable HDF5 file, or cut off: ${reasonOf(error)}`, error);
  } finally {
    file?.close();
  }
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
