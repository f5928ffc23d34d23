import type { Tensor } from "@tensorflow/tfjs-core";
import { LitModelError } from "../errors.js";
import { sizeOf } from "../tensors/size-of.js";
import { fitInputs, fitLabels } from "./fit-input.js";
import type { ItemRecord } from "./item-record.js";

interface Samples {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** `count` rows of `width`, taken from `from` (rows of `stride`, at `offset`) into `to` (rows of `toStride`, at `toOffset`). */
function copyColumns(
  count: number,
  width: number,
  [from, stride, offset]: readonly [Float32Array, number, number],
  [to, toStride, toOffset]: readonly [Float32Array, number, number],
): void {
  for (let row = 0, at = offset, into = toOffset; row < count; row++, at += stride, into += toStride)
    for (let column = 0; column < width; column++) to[into + column] = from[at + column] as number;
}

/** The tensors that a model takes and should give, from samples of an asset's file. */
export async function samplesOf(
  { row, features, labels, inputs }: ItemRecord,
  path: string,
  start?: number,
  stop?: number,
  step = 1,
): Promise<[x: Tensor[], y: Tensor[]]> {
  if (features.length === 0)
    throw new LitModelError(
      `the vault item ${row.name} has no features: it was imported without, expected ${inputs.length} list(s) of names, see importModel`,
    );
  const [{ readDatasets }, { readSamples }, { loadTf }] = await Promise.all([
    import("../assets/datasets.js"),
    import("../assets/read-samples.js"),
    import("../devices/load-tf.js"),
  ]);
  const shapes = new Map((await readDatasets(path)).datasets.map(({ name, shape }) => [name, shape]));
  const targets = fitInputs(row.name, inputs, features, path, shapes);
  fitLabels(row.name, labels, path, shapes);
  const names = [...new Set([...features.flat(), ...labels.map(({ feature }) => feature)])];
  const samples = new Map<string, Samples>();
  for (const { name, shape, data } of await readSamples(path, names, start, stop, step))
    samples.set(name, { shape, data });
  const of = (name: string): Samples & { count: number; width: number } => {
    const found = samples.get(name) as Samples;
    const [count = 0, ...rest] = found.shape;
    return { ...found, count, width: sizeOf(rest) };
  };
  const tf = await loadTf();
  const x = targets.map((target, index) => {
    const parts = (features[index] ?? []).map(of);
    const count = parts[0]?.count ?? 0;
    const total = parts.reduce((sum, { width }) => sum + width, 0);
    if (parts.length === 1 && parts[0]) return tf.tensor(parts[0].data, [count, ...target], "float32");
    const values = new Float32Array(count * total);
    let offset = 0;
    for (const { data, width } of parts) {
      copyColumns(count, width, [data, width, 0], [values, total, offset]);
      offset += width;
    }
    return tf.tensor(values, [count, ...target], "float32");
  });
  const y = labels.map(({ feature, labelIndex }) => {
    const { data, count, width } = of(feature);
    if (labelIndex === null) return tf.tensor(data, [count, width], "float32");
    const values = new Float32Array(count);
    copyColumns(count, 1, [data, width, labelIndex], [values, 1, 0]);
    return tf.tensor(values, [count, 1], "float32");
  });
  return [x, y];
}
