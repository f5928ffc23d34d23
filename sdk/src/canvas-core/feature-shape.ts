const UNIT = "(?:tick|sec|min|hour|day)";

/** What messages list. */
export const KNOWN_FEATURES =
  "<count>_<size>_<unit> such as 100_1_min, <count>_<size>daybar_lp%, RSI<n>TA_<unit>, <n>sma_day, ATR<n>_day, vwap<a><b>_day, per_min, rr_atr_<profit>_<stop>_<seconds>, long_updown";

/** Bars have these many columns. */
const BAR_WIDTH = 8;

const SHAPES: readonly (readonly [RegExp, (count: number) => readonly number[]])[] = [
  [new RegExp(`^(\\d{1,6})_\\d{1,6}_${UNIT}$`), (count) => [count, BAR_WIDTH]],
  [/^(\d{1,6})_\d{1,6}daybar_lp%$/, (count) => [count, 4]],
  [new RegExp(`^RSI(\\d{1,4})TA_${UNIT}$`), () => [1]],
  [/^(\d{1,4})sma_day$/, () => [1]],
  [/^ATR(\d{1,4})_day$/, () => [1]],
  [/^vwap(\d{2,8})_day$/, () => [1]],
  [/^per_min$/, () => [4]],
  [/^rr_atr(?:_\d{1,6}(?:\.\d{1,6})?){3}$/, () => [5]],
  [/^long_updown$/, () => [6]],
];

/** The shape of one sample of the feature or label that a name says; undefined if no feature is called so. */
export function featureShape(name: string): readonly number[] | undefined {
  for (const [pattern, shapeOf] of SHAPES) {
    const found = pattern.exec(name);
    if (found) return found[1] && Number(found[1]) === 0 ? undefined : shapeOf(Number(found[1]));
  }
  return undefined;
}
