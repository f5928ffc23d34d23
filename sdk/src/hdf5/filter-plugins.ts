/** Filters that HDF5 has not by itself: plugins for h5wasm, which undo them within its memory. */
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import type { Hdf5Library } from "./libhdf5.js";

/** A filter that a dataset was written with, and its parameters. */
export type Filter = ReturnType<Hdf5Library["get_dataset_filters"]>[number];

/** By the numbers that The HDF Group registers. */
const PLUGINS: Readonly<Record<number, string>> = {
  307: "bz2",
  32000: "lzf",
  32001: "blosc",
  32004: "lz4",
  32008: "bshuf",
  32015: "zstd",
  32026: "blosc2",
};
/** The parameter of Blosc that says its codec, and the codec that the plugin is built without. */
const [BLOSC, CODEC, SNAPPY] = [32001, 6, 3];
const Z_DATA_ERROR = -3;

/** The files in h5wasm's memory. */
interface Files {
  mkdirTree(path: string): void;
  writeFile(path: string, bytes: Uint8Array): void;
}

/** Has HDF5 undo a filter; false if there is no plugin for it. */
export function plugIn(library: Hdf5Library, { id, cd_values }: Filter): boolean {
  const name = PLUGINS[id];
  if (name === undefined || (id === BLOSC && cd_values[CODEC] === SNAPPY)) return false;
  const file = `libH5Z${name}.so`;
  const [folder = ""] = library.get_plugin_search_paths();
  const { FS } = library as unknown as { readonly FS: Files };
  FS.mkdirTree(folder);
  FS.writeFile(`${folder}/${file}`, readFileSync(new URL(import.meta.resolve(`h5wasm-plugins/plugins/${file}`))));
  return true;
}

/** What plugins call and h5wasm lacks: zlib's uncompress, and C's errno. `library` is the one that they are in. */
export function pluginImports(library: () => Hdf5Library): object {
  let errno = 0;
  return {
    __errno_location: () => {
      errno ||= library()._malloc(4);
      return errno;
    },
    uncompress: (to: number, room: number, from: number, bytes: number): number => {
      const { HEAPU8 } = library();
      const view = new DataView(HEAPU8.buffer);
      try {
        const maxOutputLength = view.getUint32(room, true);
        const found = inflateSync(HEAPU8.subarray(from, from + bytes), { maxOutputLength });
        HEAPU8.set(found, to);
        view.setUint32(room, found.length, true);
        return 0;
      } catch {
        return Z_DATA_ERROR;
      }
    },
  };
}
