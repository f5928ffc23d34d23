import { expect, test } from "vitest";
import { ROW } from "./rows.js";
import { rowsToTurn, turnRows } from "./turn-rows.js";

test.each([0, 1, 2, 3, 100, 1023, 1024, 1025, 5000])("%i rows become columns", (count) => {
  const rows = rowsToTurn(count);
  for (let i = 0; i < count * ROW; i++) rows[i] = Math.random();
  const expected = Array.from({ length: ROW }, (_, column) =>
    Array.from({ length: count }, (_, k) => rows[k * ROW + column] as number),
  );
  const columns = new Float64Array(count * ROW + 1).fill(7);
  turnRows(rows, count, columns.subarray(0, count * ROW));
  expect([...columns]).toEqual([...expected.flat(), 7]);
});
