import { LitModelError } from "../../errors.js";
import type { KerasContainer, StoredArray, StoredGroup } from "../../keras/file/container.js";
import { withContainer } from "../../keras/file/read-container.js";
import type { Result } from "../../rpc/methods.js";

type Histogram = Result<"models.histogram">;

const BINS = 64;
/** Bins of a single value span it by this to either side, as numpy's do, or by this share of a large one, beside which it would vanish. */
const [SPAN, SHARE] = [0.5, 2 ** -40];

/**
 * How the values of a weight are distributed, in 64 bins from the least to the greatest, as numpy's histogram has them.
 * Values that are no finite number of 32 bits are counted apart, so sums and squares are finite. It is read block by block,
 * twice.
 * @param weight the array's path in the file
 * @throws LitModelError if there is no such array or it cannot be read
 */
export const histogramOf = (path: string, weight: string): Promise<Histogram> =>
  withContainer(path, async (container) => {
    const array = find(container.weights, weight);
    if (!array) throw new LitModelError(`${path}: no weight ${JSON.stringify(weight)}`, { code: "NOT_FOUND" });
    const { least, most, count, sum, invalid } = await measure(container, array);
    if (count === 0) return { edges: [], counts: [], mean: null, deviation: null, invalid };
    const margin = least === most ? Math.max(SPAN, Math.abs(least) * SHARE) : 0;
    const [low, high] = [least - margin, most + margin];
    const edges = Array.from({ length: BINS + 1 }, (_, i) => (i === BINS ? high : low + (i * (high - low)) / BINS));
    const mean = sum / count;
    const { counts, squares } = await fill(container, array, edges, mean);
    return { edges, counts, mean, deviation: Math.sqrt(squares / count), invalid };
  });

async function measure(container: KerasContainer, array: StoredArray) {
  let [least, most, count, sum, invalid] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, 0];
  for await (const values of container.blocks(array))
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) {
        invalid++;
        continue;
      }
      if (value < least) least = value;
      if (value > most) most = value;
      sum += value;
      count++;
    }
  return { least, most, count, sum, invalid };
}

async function fill(container: KerasContainer, array: StoredArray, edges: readonly number[], mean: number) {
  const counts = new Array<number>(BINS).fill(0);
  const bounds = Float64Array.from(edges);
  const [low, high] = [bounds[0] as number, bounds[BINS] as number];
  const scale = BINS / (high - low);
  let squares = 0;
  for await (const values of container.blocks(array))
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) continue;
      squares += (value - mean) ** 2;
      let bin = Math.min(BINS - 1, Math.floor((value - low) * scale));
      // Rounding may have led one too far, either way.
      if (value < (bounds[bin] as number)) bin--;
      else if (bin < BINS - 1 && value >= (bounds[bin + 1] as number)) bin++;
      counts[bin] = (counts[bin] as number) + 1;
    }
  return { counts, squares };
}

function find({ arrays, groups }: StoredGroup, path: string): StoredArray | undefined {
  for (const array of arrays.values()) if (array.path === path) return array;
  for (const group of groups.values()) {
    const found = find(group, path);
    if (found) return found;
  }
  return undefined;
}
