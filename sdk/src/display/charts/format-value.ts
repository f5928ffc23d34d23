const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });
const formats = new Map<number, Intl.NumberFormat>();

/** How many decimals tell values apart that differ by `step`. */
export const decimalsOf = (step: number): number => Math.min(12, Math.max(0, Math.ceil(-Math.log10(step) - 1e-9)));

/** A number as an axis shows it: with so many decimals, by default as many as it needs. */
export function formatValue(value: number, decimals?: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return "–";
  if (size >= 1e12 || (size > 0 && size < 1e-8)) return Number(value.toPrecision(5)).toExponential();
  if (decimals === undefined) return String(Number(value.toPrecision(size < 1 ? 6 : 12)));
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return format.format(value);
}

/** A large number in short: "1.2M". */
export const shortValue = (value: number): string =>
  Math.abs(value) >= 1e15 ? value.toExponential(1) : compact.format(value);

/** Round values between two, at most about `count`, and the decimals that they need. */
export function niceTicks(low: number, high: number, count: number) {
  const span = high - low;
  if (!(span > 0) || !Number.isFinite(span)) return { values: low === high ? [low] : [], decimals: 2 };
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5].find((factor) => factor * power >= rough) ?? 10) * power;
  if (!(step > 0)) return { values: [], decimals: 2 };
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const values = Array.from({ length: Math.max(0, Math.min(50, last - first + 1)) }, (_, k) => (first + k) * step);
  // 2.5 has a decimal more than its power.
  const decimals = decimalsOf(
    Math.abs(step / power - 2.5) < 1e-6 ? power / 10 : power * (step / power >= 9.99 ? 10 : 1),
  );
  return { values, decimals };
}
