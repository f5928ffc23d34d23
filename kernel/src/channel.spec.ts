import fc from "fast-check";
import { expect, test } from "vitest";
import { BrokenChannelError, encodeFrame, FrameReader, type FromWorker } from "./channel.js";

test("frames arrive whole and in order, however the pipe cuts them", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 });
  const message = fc.record({ text, buffers: fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 3 }) });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }),
      (sent, cuts) => {
        const bytes = Buffer.concat(
          sent.map(({ text, buffers }) => encodeFrame({ type: "stream", cell: 1, name: "stdout", text }, buffers)),
        );
        const received: { text: string; buffers: Uint8Array[] }[] = [];
        const reader = new FrameReader<Extract<FromWorker, { type: "stream" }>>(({ text }, buffers) => {
          received.push({ text, buffers: buffers.map((buffer) => Uint8Array.from(buffer)) });
        });
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const length = cuts[i % cuts.length] ?? 1;
          reader.push(bytes.subarray(at, at + length));
          at += length;
        }
        expect(received).toEqual(sent);
      },
    ),
  );
});

test("other bytes in the pipe are an error", () => {
  const frame = encodeFrame({ type: "clear", cell: 1, wait: false });
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
      const reader = new FrameReader(() => undefined);
      expect(() => reader.push(Buffer.concat([bytes, frame]))).toThrow(BrokenChannelError);
    }),
  );
});
