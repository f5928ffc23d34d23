import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { z } from "zod";

/** A message of more characters goes in pieces: Jupyter's websocket takes 10 MiB, and a character may take three bytes. */
const LARGEST_MESSAGE = 3 * 2 ** 20;
const PIECE = 2 ** 20;
/** A message in pieces may have this many characters; so may all that are on their way one way. */
const LARGEST = 256 * 2 ** 20;
/** So many messages in pieces may be on their way one way; the next waits. */
const AT_ONCE = 4;

const piece = z.object({
  piece: z.object({
    id: z.string(),
    index: z.number().int().nonnegative(),
    size: z.number().int().min(1).max(LARGEST),
    sha256: z.string(),
    text: z.string().min(1).max(PIECE),
  }),
});
const taken = z.object({ taken: z.object({ id: z.string(), index: z.number().int().nonnegative() }) });

const ours = z.union([z.object({ text: z.string() }), taken, piece]);

const hashOf = (text: string): string => bytesToHex(sha256(utf8ToBytes(text)));

type Sized = ReadonlyMap<string, { readonly size: number }>;

const hasRoom = (messages: Sized, size: number): boolean =>
  messages.size < AT_ONCE && [...messages.values()].reduce((sum, message) => sum + message.size, size) <= LARGEST;

/**
 * Carries JSON texts of any size over a channel of small messages: a large one goes in pieces of 1 MiB, each acknowledged
 * before the next, with its size and SHA-256.
 */
export class Pieces {
  readonly #send: (message: Record<string, unknown>) => void;
  readonly #receive: (text: string) => void;
  /** Messages on their way: what is to be sent once a piece has been taken. */
  readonly #sending = new Map<string, { readonly size: number; readonly taken: (index: number) => void }>();
  readonly #waiting: string[] = [];
  readonly #arriving = new Map<string, { readonly size: number; readonly texts: string[] }>();
  #counter = 0;

  /** @param receive hears each text that has arrived whole */
  constructor(send: (message: Record<string, unknown>) => void, receive: (text: string) => void) {
    this.#send = send;
    this.#receive = receive;
  }

  send(text: string): void {
    if (text.length <= LARGEST_MESSAGE) {
      this.#send({ text });
      return;
    }
    if (text.length > LARGEST)
      throw new RangeError(`a message of ${text.length} characters, at most ${LARGEST} can be sent`);
    this.#waiting.push(text);
    this.#sendNext();
  }

  /** Begins to send what waits, as far as there is room. */
  #sendNext(): void {
    const [text] = this.#waiting;
    if (text === undefined || !hasRoom(this.#sending, text.length)) return;
    this.#waiting.shift();
    const id = String(this.#counter++);
    const common = { id, size: text.length, sha256: hashOf(text) };
    const sendPiece = (index: number): void => {
      const from = index * PIECE;
      if (from < text.length) this.#send({ piece: { ...common, index, text: text.slice(from, from + PIECE) } });
      else if (this.#sending.delete(id)) this.#sendNext();
    };
    this.#sending.set(id, { size: text.length, taken: (index) => sendPiece(index + 1) });
    sendPiece(0);
    this.#sendNext();
  }

  /** Takes a message of the channel. @throws Error if it is none of ours, or what arrived is not what was sent */
  take(message: unknown): void {
    const found = ours.parse(message);
    if ("text" in found) this.#receive(found.text);
    else if ("taken" in found) this.#sending.get(found.taken.id)?.taken(found.taken.index);
    else this.#takePiece(found.piece);
  }

  #takePiece({ id, index, size, sha256: hash, text }: z.infer<typeof piece>["piece"]): void {
    const arrived = index === 0 ? { size, texts: [] } : this.#arriving.get(id);
    this.#arriving.delete(id);
    const left = size - index * PIECE;
    if (arrived?.size !== size || arrived.texts.length !== index || text.length !== Math.min(PIECE, left))
      throw new Error(`piece ${index} of message ${id} came out of turn`);
    if (!hasRoom(this.#arriving, size))
      throw new Error(`message ${id} of ${size} characters is more than can arrive now`);
    arrived.texts.push(text);
    if (text.length < left) this.#arriving.set(id, arrived);
    this.#send({ taken: { id, index } });
    if (text.length < left) return;
    const whole = arrived.texts.join("");
    if (hashOf(whole) !== hash) throw new Error(`message ${id} arrived damaged: its SHA-256 is another`);
    this.#receive(whole);
  }
}
