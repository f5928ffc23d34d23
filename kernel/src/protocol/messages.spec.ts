import { expect, test } from "vitest";
import { type Message, MessageCodec, MessageError } from "./messages.js";

const codec = new MessageCodec("secret");
const frames = (parts = codec.encode("x_request", { a: 1 }, { ids: ["peer"], buffers: [Uint8Array.of(1, 2)] })) =>
  parts.map((part) => Buffer.from(part));

test("a message is read as it was written", () => {
  const { ids, header, content, buffers }: Message = codec.decode(frames());
  expect([String(ids[0]), header.msg_type, content, buffers]).toEqual([
    "peer",
    "x_request",
    { a: 1 },
    [Buffer.from([1, 2])],
  ]);
});

test.each<[string, (frames: Buffer[]) => Buffer[]]>([
  ["of another key", () => frames(new MessageCodec("other").encode("x_request", {}))],
  [
    "whose content was changed",
    (all) => all.map((frame) => (String(frame) === '{"a":1}' ? Buffer.from('{"a":2}') : frame)),
  ],
  [
    "without a signature",
    (all) => all.map((frame) => (/^[0-9a-f]{64}$/.test(String(frame)) ? Buffer.alloc(0) : frame)),
  ],
  ["without a delimiter", (all) => all.filter((frame) => String(frame) !== "<IDS|MSG>")],
  ["that is cut off", (all) => all.slice(0, 4)],
  ["of nothing", () => []],
])("refuses a message %s", (_, change) => {
  expect(() => codec.decode(change(frames()))).toThrow(MessageError);
});

test("refuses what is signed and no message", () => {
  const open = new MessageCodec("");
  const raw = (...parts: string[]) => ["<IDS|MSG>", "", ...parts].map((part) => Buffer.from(part));
  for (const parts of [
    ["{", "{}", "{}", "{}"],
    ["{}", "{}", "{}", "{}"],
    ['{"msg_id":1,"msg_type":"x"}', "{}", "{}", "{}"],
    ["null", "{}", "{}", "{}"],
    ['{"msg_id":"1","msg_type":"x"}', "{}", "[[[", "{}"],
  ])
    expect(() => open.decode(raw(...parts))).toThrow(MessageError);
  // Who sent it can be told.
  expect(open.decode(raw('{"msg_id":"1","msg_type":"x"}', "{}", "{}", "[[[")).content).toBeUndefined();
});
