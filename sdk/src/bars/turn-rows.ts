import { instantiate } from "../instantiate.js";
import { ROW } from "./rows.js";
import { WASM } from "./turn-rows.wasm.js";

/** Rows that WebAssembly's memory has room for. */
const MOST = 1024;

const { memory, turn } = instantiate<{ turn(count: number, out: number): void }>(WASM);
const given = new Float64Array(memory.buffer, 0, MOST * ROW);
const turned = new Float64Array(memory.buffer, given.byteLength, MOST * ROW);
/** As much of it as was turned last. */
let columns = turned;

/** Memory for `count` rows that are to be turned; only until others are. */
export const rowsToTurn = (count: number): Float64Array => (count <= MOST ? given : new Float64Array(count * ROW));

/** Writes `count` of `rowsToTurn` as columns that follow one another. */
export function turnRows(rows: Float64Array, count: number, out: Float64Array): void {
  if (rows === given) {
    turn(count, turned.byteOffset);
    if (columns.length !== count * ROW) columns = turned.subarray(0, count * ROW);
    out.set(columns);
    return;
  }
  for (let k = 0, at = 0; k < count; k++)
    for (let column = 0; column < ROW; column++, at++) out[column * count + k] = rows[at] as number;
}
