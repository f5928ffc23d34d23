import { createRequire } from "node:module";
import { bundleOf, isDisplayable, isDisplayableList } from "./bundle-of.js";
import type { MimeBundle } from "./mime-bundle.js";

/** What the SDK uses of the running tslab's dist/jupyter.js (1.0.22). */
interface RunningTslab {
  readonly lastWriteDisplayData:
    | ((content: { readonly data: MimeBundle; readonly metadata: object }, update: boolean) => void)
    | null;
  readonly JupyterHandlerImpl: { prototype: { handleExecuteImpl: (...args: unknown[]) => Promise<unknown> } };
  readonly ZmqServer: { prototype: { publishStatus: (status: string, parent: unknown) => void } };
}

const pending = new Set<Promise<void>>();
let running: RunningTslab | undefined;
let last: unknown = null;

/**
 * In stock tslab: lets a cell's last value show its bundle (tslab only prints it), and ends a cell when what it displays
 * is published. Elsewhere nothing happens.
 */
export function installTslab(): void {
  if (running || !("__tslab__" in globalThis)) return;
  const { cache } = createRequire(import.meta.url);
  const path = Object.keys(cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  const tslab = path ? (cache[path]?.exports as RunningTslab | undefined) : undefined;
  if (!tslab?.lastWriteDisplayData) return;
  running = tslab;
  const handler = tslab.JupyterHandlerImpl.prototype;
  const { handleExecuteImpl } = handler;
  handler.handleExecuteImpl = async function (...args) {
    try {
      return await handleExecuteImpl.apply(this, args);
    } finally {
      last = null;
      await published();
    }
  };
  // The cell that imports the SDK has begun already: its end waits here.
  const server = tslab.ZmqServer.prototype;
  const { publishStatus } = server;
  server.publishStatus = function (status, parent) {
    if (status === "idle" && pending.size > 0) published().then(() => publishStatus.call(this, status, parent));
    else publishStatus.call(this, status, parent);
  };
  // tslab reads the last value from its exports and prints what is not null: a value with a bundle is taken out there.
  const { exports } = (globalThis as unknown as { __tslab__: { exports: object } }).__tslab__;
  const lastValue = {
    configurable: true,
    set: (value: unknown) => {
      last = value;
    },
    get: () => {
      if (!isDisplayable(last) && !isDisplayableList(last)) return last;
      publish(last);
      last = null;
      return null;
    },
  };
  Reflect.deleteProperty(exports, "tsLastExpr");
  Object.setPrototypeOf(exports, Object.create(Object.getPrototypeOf(exports), { tsLastExpr: lastValue }));
}

/** Publishes a value's bundle in the running tslab's cell; null elsewhere. */
export function publish(value: unknown): Promise<void> | null {
  const write = running?.lastWriteDisplayData;
  if (!write) return null;
  const publication = bundleOf(value)
    .then((bundle) => write({ data: bundle, metadata: {} }, false))
    .catch((error: unknown) => console.error(error))
    .finally(() => pending.delete(publication));
  pending.add(publication);
  return publication;
}

async function published(): Promise<void> {
  while (pending.size > 0) await Promise.all(pending);
}
