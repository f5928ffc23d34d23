import { BAR_COLUMNS, type FrameColumns } from "./bar-frame.js";

/** The columns of some bars of many, each copied when it is first read. */
export class SeriesColumns implements FrameColumns {
  readonly length: number;
  readonly #all: Float64Array;
  readonly #first: number;
  readonly #cut: Float64Array | null;
  readonly #cutAt: number;
  readonly #columns: (Float64Array | undefined)[] = [];

  /**
   * @param all a column of all bars after the other, in the order of BAR_COLUMNS; not changed any more
   * @param first the first of `length` bars
   * @param cut the row of the bar that is `cutAt` after the first, instead of what is in `all`
   */
  constructor(all: Float64Array, first: number, length: number, cut: Float64Array | null = null, cutAt = 0) {
    this.#all = all;
    this.#first = first;
    this.length = length;
    this.#cut = cut;
    this.#cutAt = cutAt;
  }

  #column(column: number): Float64Array {
    const made = this.#columns[column];
    if (made) return made;
    const values = takeValues(this.length);
    copyValues(this.#all, (column * this.#all.length) / BAR_COLUMNS.length + this.#first, values);
    if (this.#cut) values[this.#cutAt] = this.#cut[column] as number;
    this.#columns[column] = values;
    return values;
  }

  get open(): Float64Array {
    return this.#column(0);
  }

  get high(): Float64Array {
    return this.#column(1);
  }

  get low(): Float64Array {
    return this.#column(2);
  }

  get close(): Float64Array {
    return this.#column(3);
  }

  get tradeCount(): Float64Array {
    return this.#column(4);
  }

  get volSum(): Float64Array {
    return this.#column(5);
  }

  get volMean(): Float64Array {
    return this.#column(6);
  }

  get volMax(): Float64Array {
    return this.#column(7);
  }
}

/** Values that a loop copies faster than `set`, which asks for a view of them. */
const FEW = 256;

/** Copies `to.length` values from `all[at]` on. */
function copyValues(all: Float64Array, at: number, to: Float64Array): void {
  const { length } = to;
  if (length > FEW) {
    to.set(new Float64Array(all.buffer, at * 8, length)); // half the time that subarray takes
    return;
  }
  let i = 0;
  for (; i + 8 <= length; i += 8) {
    const from = at + i;
    to[i] = all[from] as number;
    to[i + 1] = all[from + 1] as number;
    to[i + 2] = all[from + 2] as number;
    to[i + 3] = all[from + 3] as number;
    to[i + 4] = all[from + 4] as number;
    to[i + 5] = all[from + 5] as number;
    to[i + 6] = all[from + 6] as number;
    to[i + 7] = all[from + 7] as number;
  }
  for (; i < length; i++) to[i] = all[at + i] as number;
}

/** Values that short columns share a piece of memory of. */
const SLAB = 32_768;
const newSlab = (): ArrayBuffer => Buffer.allocUnsafeSlow(SLAB * 8).buffer;
let slab = newSlab();
let used = 0;

/** Memory that nothing else uses; what is in it is to be overwritten. */
function takeValues(length: number): Float64Array {
  if (length > SLAB / 8) return new Float64Array(length);
  if (used + length > SLAB) {
    slab = newSlab();
    used = 0;
  }
  used += length;
  return new Float64Array(slab, (used - length) * 8, length);
}
