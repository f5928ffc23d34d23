/**
 * The first position of an ascending list, from `low` to before `high`, whose value is not below, or with `orEqual` is above,
 * `value`; `high` if there is none.
 */
export function bisect(
  sorted: ArrayLike<number>,
  value: number,
  orEqual = false,
  low = 0,
  high = sorted.length,
): number {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) >>> 1;
    const at = sorted[middle] as number;
    if (at < value || (orEqual && at === value)) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Finds numbers among whole ones, ascending from 0 or more, by a table of about as many entries. */
export class Lookup {
  readonly #sorted: Float64Array;
  /** From one entry of the table to the next: about as far as from one number to the next. */
  readonly #step: number;
  /** How many numbers are below every so many: where the search begins and ends. */
  readonly #below: Int32Array;

  constructor(sorted: Float64Array) {
    this.#sorted = sorted;
    const last = sorted.at(-1) as number;
    this.#step = Math.max(1, Math.ceil(last / sorted.length));
    this.#below = new Int32Array(Math.floor(last / this.#step) + 2);
    for (let k = 0, i = 0; k < this.#below.length; k++) {
      while (i < sorted.length && (sorted[i] as number) < k * this.#step) i++;
      this.#below[k] = i;
    }
  }

  get bytes(): number {
    return this.#below.byteLength;
  }

  /** The position of the last number that is not above `value`, which is at most the last one; -1 if there is none. */
  lastUpTo(value: number): number {
    const k = Math.floor(value / this.#step);
    return bisect(this.#sorted, value, true, this.#below[k], this.#below[k + 1]) - 1;
  }
}
