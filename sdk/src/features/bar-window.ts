import { BAR_COLUMNS, type BarFrame, type Unit } from "../bars/bar-frame.js";
import { countUntil, type Feature, type FeatureSource } from "./feature.js";

/** The bars of the whole range in a unit. */
export const barsOf = ({ adapter, dates }: FeatureSource, unit: Unit, size: number): Promise<BarFrame> =>
  adapter.getBarDaterange([dates[0] ?? 0, dates.at(-1) ?? 0], unit, size);

/**
 * `100_1_min`, [100, 8]: the last `count` bars of `size` units that are complete at the instant, oldest first, over dates;
 * columns as in a BarFrame, divided by the scale.
 */
export function barWindow(name: string, count: number, size: number, unit: Unit): Feature {
  const width = BAR_COLUMNS.length;
  return {
    name,
    shape: [count, width],
    columns: null,
    async prepare(source) {
      const bars = await barsOf(source, unit, size);
      const times = bars.timestamp ?? new Float64Array();
      const matrix = new Float32Array(bars.length * width);
      for (const [column, key] of BAR_COLUMNS.entries()) {
        const values = bars[key];
        const scale = source.scale[column] || 1;
        for (let row = 0; row < bars.length; row++) matrix[row * width + column] = (values[row] as number) / scale;
      }
      return {
        write(instant, out, offset) {
          const end = countUntil(times, instant);
          if (end < count) return false;
          out.set(matrix.subarray((end - count) * width, end * width), offset);
          return true;
        },
      };
    },
  };
}
