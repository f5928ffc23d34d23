const MAGIC = 0x184d2204;
/** What a byte of a block can become at most. */
const MOST = 255;
/** Bytes that a buffer may become. */
const LIMIT = 2 ** 31;

/**
 * Decodes frames of LZ4, as Arrow compresses its buffers (LZ4 frame format 1.6.1). Checksums are passed over.
 * @throws RangeError if they are cut off or damaged
 */
export function decodeLz4(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks: { readonly from: number; readonly to: number; readonly isStored: boolean }[] = [];
  let [at, most] = [0, 0];
  while (at < bytes.length) {
    if (view.getUint32(at, true) !== MAGIC) throw new RangeError("no frame of LZ4");
    const flags = view.getUint8(at + 4);
    if (flags >> 6 !== 1) throw new RangeError(`a frame of LZ4 of version ${flags >> 6}, expected 1`);
    const [hasBlockSum, hasSize, hasSum, hasDictionary] = [flags & 16, flags & 8, flags & 4, flags & 1];
    if (hasDictionary) throw new RangeError("a frame of LZ4 with a dictionary");
    at += 7 + (hasSize ? 8 : 0);
    for (;;) {
      const word = view.getUint32(at, true);
      at += 4;
      if (word === 0) break;
      const length = word & 0x7fffffff;
      const isStored = word >>> 31 === 1;
      if (at + length > bytes.length) throw new RangeError("a block of LZ4 is cut off");
      blocks.push({ from: at, to: at + length, isStored });
      most += isStored ? length : length * MOST;
      at += length + (hasBlockSum ? 4 : 0);
    }
    if (hasSum) at += 4;
  }
  let out = new Uint8Array(Math.min(most, Math.max(bytes.length * 4, 1024)));
  let length = 0;
  const reserve = (more: number) => {
    if (length + more <= out.length) return;
    if (length + more > LIMIT) throw new RangeError(`more than ${LIMIT} bytes in a buffer`);
    const larger = new Uint8Array(Math.max(length + more, out.length * 2));
    larger.set(out);
    out = larger;
  };
  for (const { from, to, isStored } of blocks) {
    if (isStored) {
      reserve(to - from);
      out.set(bytes.subarray(from, to), length);
      length += to - from;
      continue;
    }
    for (let i = from; i < to; ) {
      const token = bytes[i++] as number;
      /** A length of 15 goes on while bytes are 255. */
      const more = (start: number) => {
        let total = start;
        for (let byte = start === 15 ? 255 : 0; byte === 255; total += byte) {
          if (i >= to) throw new RangeError("a block of LZ4 is damaged");
          byte = bytes[i++] as number;
        }
        return total;
      };
      const literals = more(token >> 4);
      if (i + literals > to) throw new RangeError("a block of LZ4 is damaged");
      reserve(literals);
      out.set(bytes.subarray(i, i + literals), length);
      length += literals;
      i += literals;
      if (i >= to) break;
      const offset = (bytes[i] as number) | ((bytes[i + 1] ?? 0) << 8);
      i += 2;
      const match = more(token & 15) + 4;
      if (offset === 0 || offset > length) throw new RangeError("a block of LZ4 is damaged");
      reserve(match);
      if (offset >= match) out.copyWithin(length, length - offset, length - offset + match);
      else for (let k = 0; k < match; k++) out[length + k] = out[length + k - offset] as number;
      length += match;
    }
  }
  return out.subarray(0, length);
}
