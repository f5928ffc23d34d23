/** Reads the model or the weights in one HDF5 file, in a thread of its own with limits. */
import { Refusal } from "../../hdf5/foreign-file.js";
import { serveFile } from "../../hdf5/serve-file.js";
import { type ArrayLayout, listTree } from "./list-tree.js";
import { readBlock } from "./read-block.js";

/** The first request lists the file, each later one reads a block of an array, into memory that is no longer used. */
export type ReaderRequest =
  | { readonly type: "list" }
  | { readonly type: "read"; readonly path: string; readonly block: number; readonly spare: ArrayBuffer | undefined };

const HEAP = 2 ** 28;
let layouts: ReadonlyMap<string, ArrayLayout> = new Map();

await serveFile<ReaderRequest>(HEAP, (file, request) => {
  if (request.type === "list") {
    const listed = listTree(file);
    layouts = listed.layouts;
    return listed.root;
  }
  const layout = layouts.get(request.path);
  if (!layout) throw new Refusal(`no array ${request.path}`);
  return readBlock(file, request.path, layout, request.block, request.spare);
});
