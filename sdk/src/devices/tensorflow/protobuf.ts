/** Fields of a message of Google's protocol buffers, or a message, which is a sequence of them. */
export type Bytes = Uint8Array;

const text = new TextEncoder();

/** A field that is a whole number, not negative. */
export const whole = (field: number, value: number): Bytes => join(varint(field << 3), varint(value));

/** A field that is a text, bytes or a message. */
export function chunk(field: number, value: string | Bytes): Bytes {
  const bytes = typeof value === "string" ? text.encode(value) : value;
  return join(varint((field << 3) | 2), varint(bytes.length), bytes);
}

export const join = (...parts: readonly Bytes[]): Bytes => Buffer.concat(parts);

/** Seven bits a byte, the lowest first. */
function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
  return Uint8Array.from([...bytes, rest]);
}
