/** What Keras wants as floats: an optimizer refuses `"learning_rate": 1`, a schedule would count in whole numbers. */
const FLOATS = new Set([
  "learning_rate",
  "momentum",
  "initial_learning_rate",
  "warmup_target",
  "values",
  "loss_weights",
]);
const MARK = "\uE000";

const float = (value: unknown): unknown => (Number.isInteger(value) ? `${MARK}${value}.0${MARK}` : value);
const endless = (value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? `${MARK}${value}${MARK}` : value;

/**
 * JSON as Python's json module reads it: `NaN` and `Infinity` are there, and whole numbers of settings that Python has as
 * floats have a decimal point.
 */
export function pythonJson(value: object): string {
  const text = JSON.stringify(
    value,
    (key, item: unknown) => (FLOATS.has(key) ? (Array.isArray(item) ? item.map(float) : float(item)) : endless(item)),
    1,
  );
  return text.replace(new RegExp(`"${MARK}([^"]*)${MARK}"`, "g"), "$1");
}
