/** Values under keys, up to a number of bytes: what was used least recently goes first. */
export class ByteCache<V extends { readonly bytes: number }> {
  readonly #limit: () => number;
  readonly #entries = new Map<string, { readonly value: V; used: number }>();
  #bytes = 0;
  #clock = 0;

  /** `limit()` is the most bytes, asked each time something comes. */
  constructor(limit: () => number) {
    this.#limit = limit;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    entry.used = ++this.#clock;
    return entry.value;
  }

  /** Keeps a value; the newest stays also when it alone is above the limit. */
  set(key: string, value: V): void {
    this.#bytes += value.bytes - (this.#entries.get(key)?.value.bytes ?? 0);
    this.#entries.set(key, { value, used: ++this.#clock });
    const limit = this.#limit();
    while (this.#bytes > limit && this.#entries.size > 1) this.#forgetOldest();
  }

  #forgetOldest(): void {
    let oldest = "";
    let least = Infinity;
    for (const [key, { used }] of this.#entries)
      if (used < least) {
        least = used;
        oldest = key;
      }
    this.#bytes -= this.#entries.get(oldest)?.value.bytes ?? 0;
    this.#entries.delete(oldest);
  }
}
