import { readFile } from "node:fs/promises";
import { runInThisContext } from "node:vm";
import type { Module } from "h5wasm";
import { pluginImports } from "./filter-plugins.js";

export type Hdf5Library = typeof Module;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface Wasm {
  readonly Memory: { readonly prototype: Memory };
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: unknown, imports: unknown): Promise<object>;
}

/** libhdf5, and the script that drives it. A thread can hand it to others. */
export interface Hdf5Parts {
  readonly compiled: object;
  readonly script: string;
}

/** In h5wasm's module libhdf5 is a string between these, each byte a character. */
const [BEFORE, AFTER] = ["binaryDecode('", "')}"];
const [BACKSLASH, LETTER_N, LETTER_R] = Buffer.from("\\nr");
/** Bytes of a page of WebAssembly's memory. */
const PAGE = 2 ** 16;
const wasm = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;

/** Takes h5wasm's module apart, in place: an import has every thread parse 4 MB, which takes longer than most files. */
export async function takeHdf5Apart(): Promise<Hdf5Parts> {
  const bytes = await readFile(new URL("./hdf5_util.js", import.meta.resolve("h5wasm")));
  const start = bytes.indexOf(BEFORE) + BEFORE.length;
  const end = bytes.indexOf(AFTER, start);
  const script = (bytes.toString("utf8", 0, start) + bytes.toString("utf8", end))
    .replace("import.meta.url", "''")
    .replace("export default", "");
  let length = 0;
  for (let i = start; i < end; i++) {
    let byte = bytes[i] as number;
    if (byte === BACKSLASH) {
      byte = bytes[++i] as number;
      if (byte === LETTER_N) byte = 10;
      else if (byte === LETTER_R) byte = 13;
    } else if (byte >= 0x80) byte = ((byte & 3) << 6) | ((bytes[++i] as number) & 63);
    bytes[length++] = byte;
  }
  return { compiled: await wasm.compile(bytes.subarray(0, length)), script };
}

/** libhdf5 with memory of its own, of at most `heap` bytes; for a thread of its own. Failures throw and nothing is printed. */
export async function startHdf5({ compiled, script }: Hdf5Parts, heap: number): Promise<Hdf5Library> {
  const { instantiate } = wasm;
  const memory = wasm.Memory.prototype;
  const { grow } = memory;
  console.log = console.error = () => {};
  memory.grow = function (pages) {
    if (this.buffer.byteLength + pages * PAGE > heap) throw new RangeError(`more than ${heap} bytes of memory`);
    return grow.call(this, pages);
  };
  wasm.instantiate = async (_, imports) => {
    Object.assign(
      (imports as { readonly env: object }).env,
      pluginImports(() => library),
    );
    return { module: compiled, instance: await instantiate(compiled, imports) };
  };
  const start = runInThisContext(script, "h5wasm/hdf5_util.js") as (options: object) => Promise<Hdf5Library>;
  const library = await start({ noInitialRun: true });
  (library as unknown as { activate_throwing_error_handler(): void }).activate_throwing_error_handler();
  return library;
}
