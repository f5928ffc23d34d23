import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { inspect } from "node:util";

/** What Node's own async hooks are made of; the flag `--expose-internals` opens it. */
interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly constants: { readonly kTotals: number };
  setPromiseHooks(init?: unknown, before?: unknown, after?: unknown, settled?: unknown): void;
  clearAsyncIdStack(): void;
}

type Legacy = { _enable?(this: AsyncLocalStorage<unknown>): void };

/**
 * Until Node 24, AsyncLocalStorage counts calls in hooks, and Node aborts when code that is ended by force leaves the count
 * uneven. So the hooks are taken off just before, and put on again when the thread has unwound.
 */
export class AsyncHooks {
  readonly #wrap: AsyncWrap | null;
  readonly #used = new Set<AsyncLocalStorage<unknown>>();
  #totals: number | null = null;

  constructor() {
    const prototype = AsyncLocalStorage.prototype as unknown as Legacy;
    const { _enable: enable } = prototype;
    this.#wrap = enable ? internals() : null;
    if (!enable) return;
    hideIds();
    const used = this.#used;
    prototype._enable = function () {
      used.add(this);
      enable.call(this);
    };
  }

  /** Whether errors that surface now come from ending code by force. */
  get isUnwinding(): boolean {
    return this.#totals !== null;
  }

  /** Comes before code is ended by force. */
  takeOff(): void {
    const wrap = this.#wrap;
    if (!wrap || this.#totals !== null) return;
    const { kTotals } = wrap.constants;
    this.#totals = wrap.async_hook_fields[kTotals] ?? 0;
    wrap.async_hook_fields[kTotals] = 0;
    wrap.setPromiseHooks(undefined, undefined, undefined, undefined);
    wrap.clearAsyncIdStack();
  }

  /** Comes when the thread is free again. Contexts that were there are lost. */
  putOn(): void {
    const wrap = this.#wrap;
    if (!wrap || this.#totals === null) return;
    wrap.async_hook_fields[wrap.constants.kTotals] = this.#totals;
    this.#totals = null;
    wrap.clearAsyncIdStack();
    // Each is enabled anew when it is next used.
    for (const storage of this.#used) storage.disable();
    this.#used.clear();
  }
}

function internals(): AsyncWrap {
  const { internalBinding } = createRequire(import.meta.url)("internal/test/binding") as {
    internalBinding(name: string): AsyncWrap;
  };
  return internalBinding("async_wrap");
}

const HIDDEN = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

/** The hooks keep what they need in properties of promises, which nobody wants to see printed. */
function hideIds(): void {
  Object.defineProperty(Promise.prototype, inspect.custom, {
    configurable: true,
    writable: true,
    value: function (this: object) {
      for (const symbol of Object.getOwnPropertySymbols(this))
        if (HIDDEN.has(symbol.description ?? "")) Object.defineProperty(this, symbol, { enumerable: false });
      return this;
    },
  });
}
