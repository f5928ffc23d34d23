/** What WebAssembly's module exports that makes its own memory. */
type Exports<Functions> = Functions & {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
};

/** What is used of WebAssembly, whose types come with a browser's alone. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: Engine }).WebAssembly;

/** The exports of a module of our own, whose bytes are in base64. */
export const instantiate = <Functions>(wasm: string): Exports<Functions> =>
  new Instance(new Module(Buffer.from(wasm, "base64"))).exports as Exports<Functions>;
