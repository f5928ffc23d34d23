import type { MessageCodec } from "../protocol/messages.js";
import type { Sockets } from "../protocol/sockets.js";

interface Item {
  readonly type: string;
  readonly content: Record<string, unknown>;
  readonly parent: object;
  readonly metadata: object;
  readonly buffers: readonly Uint8Array[];
  /** Characters that wait with it. */
  readonly size: number;
}

/**
 * Jupyter's server drops outputs above 1000 messages/s, and of what is printed above 1 MB/s: this stays below 100
 * messages/s and 0.8 MB/s.
 */
const BYTES_PER_MS = 740;
const MS_PER_MESSAGE = 11;
/** How far outputs may run ahead of the pace, ms. */
const BURST = 40;
/** Characters a stream message at most. */
const CHUNK = 16_384;
/** Outputs that wait, in characters and in messages: above it the worker has to wait as well. */
const MOST_WAITING = 8 * 2 ** 20;
const MOST_MESSAGES = 1000;

const PACED = new Set(["stream", "display_data", "update_display_data", "clear_output"]);

/** The kernel's broadcasts, in order. What cells print is merged and paced so that none of it is lost on the way. */
export class Iopub {
  readonly #sockets: Sockets;
  readonly #codec: MessageCodec;
  readonly #onFull: (isFull: boolean) => void;
  #items: Item[] = [];
  #waiting = 0;
  /** When the pace allows the next paced message, ms. */
  #next = 0;
  #timer: NodeJS.Timeout | null = null;
  #soon: NodeJS.Immediate | null = null;
  #isFull = false;
  #drained: (() => void)[] = [];

  /** @param onFull hears when too much waits, and when it no longer does */
  constructor(sockets: Sockets, codec: MessageCodec, onFull: (isFull: boolean) => void) {
    this.#sockets = sockets;
    this.#codec = codec;
    this.#onFull = onFull;
  }

  publish(
    type: string,
    content: Record<string, unknown>,
    parent: object,
    { metadata = {}, buffers = [] }: { readonly metadata?: object; readonly buffers?: readonly Uint8Array[] } = {},
  ): void {
    const size = PACED.has(type) ? sizeOf(content.data) : 0;
    this.#items.push({ type, content, parent, metadata, buffers, size });
    this.#waiting += size;
    this.#flushSoon();
  }

  /** Tells a frontend that its subscription has arrived: what is published from now on reaches it. */
  welcome(topic: Buffer): void {
    const content = { subscription: topic.toString() };
    const ids = topic.length > 0 ? [topic] : [];
    void this.#sockets.send("iopub", this.#codec.encode("iopub_welcome", content, { ids }));
  }

  stream(name: "stdout" | "stderr", text: string, parent: object): void {
    const last = this.#items.at(-1);
    if (last?.type === "stream" && last.parent === parent && last.content.name === name) last.content.text += text;
    else this.#items.push({ type: "stream", content: { name, text }, parent, metadata: {}, buffers: [], size: 0 });
    this.#waiting += text.length;
    this.#flushSoon();
  }

  /** Sends what the pace allows; settles when everything published so far is sent. */
  flush(): Promise<void> {
    this.#flush();
    return this.#items.length === 0 ? Promise.resolve() : new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Drops what a cell has shown and printed and what still waits to be sent; says how much that was. */
  dropOutputs(parent: object): void {
    const before = this.#items.length;
    let characters = 0;
    this.#items = this.#items.filter((item) => {
      if (!PACED.has(item.type) || item.parent !== parent) return true;
      characters += item.type === "stream" ? String(item.content.text).length : item.size;
      return false;
    });
    this.#waiting -= characters;
    const messages = before - this.#items.length;
    const what = characters > 0 ? `${characters.toLocaleString("en-US")} characters` : `${messages} messages`;
    if (messages > 0) this.stream("stderr", `[${what} of output were dropped by the interrupt]\n`, parent);
    this.#flush();
  }

  /** Sends everything at once. */
  async close(): Promise<void> {
    this.#next = -Infinity;
    while (this.#items.length > 0) this.#send(this.#items.shift() as Item);
    await this.#sockets.send("iopub", this.#codec.encode("status", { execution_state: "idle" }, { ids: ["status"] }));
  }

  /** What comes together goes together, and the cell reaches the worker before its first messages are made. */
  #flushSoon(): void {
    this.#soon ??= setImmediate(() => this.#flush());
  }

  #flush(): void {
    if (this.#soon) clearImmediate(this.#soon);
    this.#soon = null;
    if (this.#timer) return;
    for (let item = this.#items[0]; item; item = this.#items[0]) {
      if (PACED.has(item.type)) {
        const now = performance.now();
        const wait = this.#next - BURST - now;
        if (wait > 0) {
          this.#timer = setTimeout(() => {
            this.#timer = null;
            this.#flush();
          }, Math.ceil(wait));
          break;
        }
        const printed = this.#sendPaced(item);
        this.#next = Math.max(now, this.#next) + Math.max(MS_PER_MESSAGE, printed / BYTES_PER_MS);
      } else {
        this.#items.shift();
        this.#send(item);
      }
    }
    this.#tell();
    if (this.#items.length === 0) for (const resolve of this.#drained.splice(0)) resolve();
  }

  /** Sends a message, or the first part of a long text. @returns the bytes of what is printed */
  #sendPaced(item: Item): number {
    const text = item.content.text;
    if (item.type !== "stream" || typeof text !== "string") {
      this.#items.shift();
      this.#waiting -= item.size;
      this.#send(item);
      return 0;
    }
    let end = Math.min(CHUNK, text.length);
    // A pair of surrogates stays together.
    if (end < text.length && /[\ud800-\udbff]/.test(text[end - 1] ?? "")) end--;
    const part = text.slice(0, end);
    if (end === text.length) this.#items.shift();
    else item.content.text = text.slice(end);
    this.#waiting -= part.length;
    return this.#send({ ...item, content: { ...item.content, text: part } });
  }

  #send({ type, content, parent, metadata, buffers }: Item): number {
    const frames = this.#codec.encode(type, content, { ids: [type], parent, metadata, buffers });
    void this.#sockets.send("iopub", frames);
    return frames.reduce(
      (sum, frame) => sum + (typeof frame === "string" ? Buffer.byteLength(frame) : frame.byteLength),
      0,
    );
  }

  #tell(): void {
    const share = this.#isFull ? 0.5 : 1;
    const isFull = this.#waiting > share * MOST_WAITING || this.#items.length > share * MOST_MESSAGES;
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#onFull(isFull);
  }
}

/** Characters of a MIME bundle's texts. */
const sizeOf = (data: unknown): number =>
  Object.values(data ?? {}).reduce((sum: number, value) => sum + (typeof value === "string" ? value.length : 0), 0);
