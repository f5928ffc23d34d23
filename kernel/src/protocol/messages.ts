import { createHmac, createSecretKey, type KeyObject, randomUUID, timingSafeEqual } from "node:crypto";

export const PROTOCOL_VERSION = "5.4";

export interface Header {
  readonly msg_id: string;
  readonly msg_type: string;
  readonly session?: string;
  readonly username?: string;
}

/** A message of Jupyter's protocol. */
export interface Message {
  /** Whom a reply goes to. */
  readonly ids: readonly Buffer[];
  readonly header: Header;
  readonly parent: object;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Undefined if it is not JSON. */
  readonly content: unknown;
  readonly buffers: readonly Buffer[];
}

/** Why a message is dropped. */
export class MessageError extends Error {}

const DELIMITER = "<IDS|MSG>";
type Part = Buffer | Uint8Array | string;

/** Signs and checks messages with a connection's key. */
export class MessageCodec {
  /** Null if messages are not signed. */
  readonly #key: KeyObject | null;
  readonly #session = randomUUID();

  constructor(key: string) {
    this.#key = key ? createSecretKey(key, "utf8") : null;
  }

  /** A message's signature; none without a key. One update and a key that is made once take half the time. */
  #sign(message: Buffer | string): Buffer | null {
    return this.#key && createHmac("sha256", this.#key).update(message).digest();
  }

  /** @throws MessageError if the signature is wrong or the message is none */
  decode(frames: readonly Buffer[]): Message {
    const delimiter = frames.findIndex((frame) => frame.length === DELIMITER.length && frame.toString() === DELIMITER);
    const parts = frames.slice(delimiter + 2, delimiter + 6);
    if (delimiter < 0 || parts.length < 4) throw new MessageError(`${frames.length} frames are no message`);
    const expected = this.#sign(Buffer.concat(parts));
    if (expected) {
      const found = Buffer.from(String(frames[delimiter + 1]), "hex");
      if (found.length !== expected.length || !timingSafeEqual(found, expected))
        throw new MessageError("a message with a wrong signature");
    }
    const [header, parent, metadata] = parts.slice(0, 3).map((part) => parseObject(part));
    if (typeof header?.msg_id !== "string" || typeof header.msg_type !== "string")
      throw new MessageError("a message whose header has no msg_id or no msg_type");
    return {
      ids: frames.slice(0, delimiter),
      header: header as unknown as Header,
      parent: parent ?? {},
      metadata: metadata ?? {},
      content: contentOf(parts[3] as Buffer),
      buffers: frames.slice(delimiter + 6),
    };
  }

  encode(
    type: string,
    content: object,
    {
      ids = [],
      parent = {},
      metadata = {},
      buffers = [],
      id = randomUUID(),
    }: {
      readonly ids?: readonly Part[];
      readonly parent?: object;
      readonly metadata?: object;
      readonly buffers?: readonly Uint8Array[];
      readonly id?: string;
    } = {},
  ): Part[] {
    const header = {
      msg_id: id,
      session: this.#session,
      username: "kernel",
      date: new Date().toISOString(),
      msg_type: type,
      version: PROTOCOL_VERSION,
    };
    const parts = [header, parent, metadata, content].map((part) => JSON.stringify(part));
    const signature = this.#sign(parts.join(""));
    return [...ids, DELIMITER, signature?.toString("hex") ?? "", ...parts, ...buffers];
  }
}

/** Who sent a message whose content is not JSON can be told so. */
function contentOf(part: Buffer): unknown {
  try {
    return JSON.parse(part.toString()) ?? {};
  } catch {
    return undefined;
  }
}

function parseObject(part: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(part.toString());
  } catch {
    throw new MessageError("a message that is not JSON");
  }
  if (typeof value !== "object" || value === null) throw new MessageError("a message whose part is no object");
  return value as Record<string, unknown>;
}
