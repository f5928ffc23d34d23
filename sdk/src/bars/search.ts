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
