import { expect, test } from "vitest";
import { Pieces } from "./pieces.js";

const MEBI = 2 ** 20;

interface Sent {
  readonly text?: string;
  readonly piece?: { readonly id: string; readonly index: number; readonly size: number; readonly text: string };
}

/** Two ends of a channel that carries JSON, and what went over it from the first. */
function channel() {
  const [sent, heard, queue]: [Sent[], string[], (() => void)[]] = [[], [], []];
  const ends: [Pieces, Pieces] = [
    new Pieces(
      (message) => {
        sent.push(message);
        queue.push(() => ends[1].take(JSON.parse(JSON.stringify(message))));
      },
      () => undefined,
    ),
    new Pieces(
      (message) => queue.push(() => ends[0].take(message)),
      (text) => heard.push(text),
    ),
  ];
  const run = () => {
    for (let next = queue.shift(); next; next = queue.shift()) next();
  };
  return { ends, sent, heard, run };
}

test("no message is near the 10 MiB of Jupyter's websocket, whatever its characters", () => {
  const { ends, sent, heard, run } = channel();
  const texts = ["漢".repeat(3 * MEBI), "漢".repeat(4 * MEBI), JSON.stringify("\n".repeat(1.5 * MEBI)).slice(2)];
  for (const text of texts) ends[0].send(text);
  run();
  expect(new Set(heard)).toEqual(new Set(texts));
  for (const message of sent) expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThan(9.5 * MEBI);
});

test("of many large messages four are on their way at once, and all arrive", () => {
  const { ends, sent, heard, run } = channel();
  const texts = Array.from({ length: 10 }, (_, i) => String(i).repeat(3 * MEBI + 1 + i));
  for (const text of texts) ends[0].send(text);
  expect(sent.map(({ piece }) => piece?.index)).toEqual([0, 0, 0, 0]);
  run();
  expect(heard).toHaveLength(texts.length);
  expect(new Set(heard)).toEqual(new Set(texts));
});

test("what no sender sends is refused: too many messages, too large ones, pieces that are empty or short", () => {
  const { ends } = channel();
  const take = (id: string, size: number, length: number, index = 0) =>
    ends[1].take({ piece: { id, index, size, sha256: "", text: "x".repeat(length) } });
  expect(() => take("empty", 5 * MEBI, 0)).toThrow("too_small");
  expect(() => take("short", 5 * MEBI, MEBI - 1)).toThrow("out of turn");
  expect(() => take("large", 257 * MEBI, MEBI)).toThrow("too_big");
  take("0", 200 * MEBI, MEBI);
  expect(() => take("0", 100 * MEBI, MEBI, 1)).toThrow("out of turn");
  take("0", 200 * MEBI, MEBI);
  expect(() => take("1", 57 * MEBI, MEBI)).toThrow("more than can arrive");
  for (const id of ["1", "2", "3"]) take(id, 2 * MEBI, MEBI);
  expect(() => take("4", 2 * MEBI, MEBI)).toThrow("more than can arrive");
});
