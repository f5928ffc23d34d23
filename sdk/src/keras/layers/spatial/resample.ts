import { add, gather, mul, type Tensor, tensor, tensor1d } from "../../../tf.js";

export type Interpolation = "nearest" | "bilinear" | "bicubic" | "lanczos3" | "lanczos5";

const lanczos = (radius: number) => (x: number) => {
  if (x > radius) return 0;
  const turn = Math.PI * x;
  return x > 1e-3 ? (radius * Math.sin(turn) * Math.sin(turn / radius)) / (turn * turn) : 1;
};

/** What a value at a distance counts, in Keras' and JAX' interpolations. */
const KERNELS: Readonly<Record<Exclude<Interpolation, "nearest">, (x: number) => number>> = {
  bilinear: (x) => Math.max(0, 1 - x),
  bicubic: (x) => {
    if (x >= 2) return 0;
    return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

/** The values that one output value is made of, and their weights. */
type Taps = { readonly at: number; readonly weight: number }[];

function tapsOf(length: number, count: number, interpolation: Interpolation, antialias: boolean): Taps[] {
  const outputs = Array.from({ length: count }, (_, i) => i);
  const step = length / count;
  if (interpolation === "nearest") return outputs.map((i) => [{ at: Math.floor((i + 0.5) * step), weight: 1 }]);
  const kernel = KERNELS[interpolation];
  const width = antialias ? Math.max(step, 1) : 1;
  return outputs.map((i) => {
    const center = (i + 0.5) * step - 0.5;
    const weights = Array.from({ length }, (_, at) => kernel(Math.abs(center - at) / width));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight, at) => ({ at, weight: weight / total })).filter(({ weight }) => weight !== 0);
  });
}

/** x with an axis resampled to `count` values. */
export function resample(
  x: Tensor,
  axis: number,
  count: number,
  interpolation: Interpolation,
  antialias = false,
): Tensor {
  const length = x.shape[axis] as number;
  if (length === count) return x;
  const taps = tapsOf(length, count, interpolation, antialias);
  const shape = x.shape.map((_, i) => (i === axis ? count : 1));
  const most = Math.max(...taps.map(({ length }) => length));
  const parts = Array.from({ length: most }, (_, k) => {
    const at = tensor1d(
      taps.map((each) => each[k]?.at ?? 0),
      "int32",
    );
    const values = gather(x, at, axis);
    if (interpolation === "nearest") return values;
    const weights = tensor(
      taps.map((each) => each[k]?.weight ?? 0),
      shape,
    );
    return mul(values, weights);
  });
  return parts.reduce((sum, part) => add(sum, part));
}
