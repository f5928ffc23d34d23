import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { move } from "./along-axis.js";
import { MATH } from "./elementwise.js";
import { inFloats } from "./linear-algebra.js";
import { floatOf, shapeOf, tensorOf, tensorsOf, whole } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";
import { pad } from "./shape.js";

/** The real and the imaginary part of complex numbers. */
type Complex = readonly [Tensor, Tensor];

/** cos and sin of the turns `row * column / length`: what each value counts in each frequency. */
function waves(length: number, rows: number, columns: number): Complex {
  const turn = (i: number) => (2 * Math.PI * ((Math.floor(i / columns) * (i % columns)) % length)) / length;
  const of = (wave: (x: number) => number) =>
    tf.tensor(
      Float32Array.from({ length: rows * columns }, (_, i) => wave(turn(i))),
      [rows, columns],
    );
  return [of(Math.cos), of(Math.sin)];
}

/** x[…, length] times a matrix. */
const times = (x: Tensor, matrix: Tensor): Tensor =>
  tf.reshape(tf.matMul(tf.reshape(x, [-1, x.shape.at(-1) as number]), matrix), [
    ...x.shape.slice(0, -1),
    matrix.shape[1] as number,
  ]);

/** The discrete Fourier transform along the last axis, as a product of matrices; wasm has no other. */
function transform([real, imaginary]: Complex, isInverse = false): Complex {
  const length = real.shape.at(-1) as number;
  const [cos, turned] = waves(length, length, length);
  const sin = isInverse ? tf.neg(turned) : turned;
  const scale = isInverse ? 1 / length : 1;
  return [
    tf.mul(tf.add(times(real, cos), times(imaginary, sin)), scale),
    tf.mul(tf.sub(times(imaginary, cos), times(real, sin)), scale),
  ];
}

/** x[…, length], cut or with zeros. */
function resized(x: Tensor, length: number): Tensor {
  const own = x.shape.at(-1) as number;
  const cut = tf.slice(
    x,
    x.shape.map(() => 0),
    [...x.shape.slice(0, -1), Math.min(own, length)],
  );
  return tf.pad(
    cut,
    x.shape.map((_, axis): [number, number] => [0, axis === x.rank - 1 ? Math.max(0, length - own) : 0]),
  );
}

/** The frequencies from 0 to half of `length`, of real values. */
function realTransform(x: Tensor, length: number): Tensor[] {
  const [cos, sin] = waves(length, length, Math.floor(length / 2) + 1);
  const values = resized(x, length);
  return [times(values, cos), tf.neg(times(values, sin))];
}

/** The real values of which these are the frequencies from 0 to half of `length`. */
function realInverse([real, imaginary]: Complex, length: number): Tensor {
  const bins = Math.floor(length / 2) + 1;
  const [cos, sin] = waves(length, bins, length);
  // All but the first, and the last of an even number, stand for two.
  const counts = Float32Array.from({ length: bins }, (_, i) => (i === 0 || 2 * i === length ? 1 : 2) / length);
  const weighted = (x: Tensor) => tf.mul(resized(x, bins), tf.tensor1d(counts));
  return tf.sub(times(weighted(real), cos), times(weighted(imaginary), sin));
}

const complexOf = (x: unknown): Complex => tensorsOf(x).map((part) => tf.cast(part, "float32")) as [Tensor, Tensor];

/** The transform of the last two axes. */
function transform2(parts: Complex, isInverse = false): Tensor[] {
  const turned = ([real, imaginary]: Complex): Complex => [
    move(real, real.rank - 1, real.rank - 2),
    move(imaginary, imaginary.rank - 1, imaginary.rank - 2),
  ];
  return [...turned(transform(turned(transform(parts, isInverse)), isInverse))];
}

/** Parts of `length` values of the last axis that begin `stride` apart: `[…, parts, length]`. */
function sequences(x: Tensor, length: number, stride: number): Tensor {
  const count = countOf(x.shape.at(-1) as number, length, stride);
  const at = Array.from({ length: count * length }, (_, i) => Math.floor(i / length) * stride + (i % length));
  return tf.reshape(tf.gather(x, tf.tensor1d(at, "int32"), x.rank - 1), [...x.shape.slice(0, -1), count, length]);
}

const countOf = (size: number, length: number, stride: number): number => 1 + Math.floor((size - length) / stride);

/** The numbers of a short-time transform. */
const sizesOf = (operands: Operands) => ({
  length: whole(operands.sequence_length, "sequence_length"),
  stride: whole(operands.sequence_stride, "sequence_stride"),
  size: whole(operands.fft_length, "fft_length"),
});

const WINDOWS: Readonly<Record<string, number>> = { hann: 0.5, hamming: 0.54 };

/** What each value of a part counts, in the middle of `size` values. */
function windowOf({ window }: Operands, length: number, size: number): Tensor {
  if (window === null) return tf.ones([size]);
  const share = WINDOWS[window as string] as number;
  const values = Float32Array.from({ length }, (_, i) => share - (1 - share) * Math.cos((2 * Math.PI * i) / length));
  const before = Math.floor((size - length) / 2);
  return tf.pad(tf.tensor1d(values), [[before, size - length - before]]);
}

function shortTime(operands: Operands): Tensor[] {
  const { length, stride, size } = sizesOf(operands);
  const x = floatOf(operands.x);
  const half = Math.floor(size / 2);
  const around = x.shape.map((_, axis) => (axis === x.rank - 1 ? [half, half] : [0, 0]));
  const padded = operands.center === false ? x : pad(x, around, "reflect", null);
  return realTransform(tf.mul(sequences(padded, size, stride), windowOf(operands, length, size)), size);
}

/** Parts `[…, parts, length]` added where they begin, `stride` apart. */
function overlap(parts: Tensor, stride: number): Tensor {
  const length = parts.shape.at(-1) as number;
  const rows = tf.unstack(parts, parts.rank - 2);
  const last = (rows.length - 1) * stride;
  return rows
    .map((row, i) =>
      tf.pad(
        row,
        row.shape.map((_, axis): [number, number] =>
          axis === row.rank - 1 ? [i * stride, last - i * stride] : [0, 0],
        ),
      ),
    )
    .reduce((sum, row) => tf.add(sum, row), tf.zeros([...parts.shape.slice(0, -2), last + length]));
}

function shortTimeInverse(operands: Operands): Tensor {
  const { length, stride, size } = sizesOf(operands);
  const window = windowOf(operands, length, size);
  const parts = realInverse(complexOf(operands.x), size);
  const squares = overlap(tf.broadcastTo(tf.square(window), [parts.shape.at(-2) as number, size]), stride);
  const sum = overlap(tf.mul(parts, window), stride);
  const value = tf.div(sum, tf.where(tf.greater(squares, 1e-10), squares, tf.onesLike(squares)));
  const start = operands.center === false ? 0 : Math.floor(size / 2);
  const all = value.shape.at(-1) as number;
  const rest = all - (operands.center === false ? 0 : 2 * start);
  const count = Math.min(operands.length === null ? rest : whole(operands.length, "length"), all - start);
  const begin = value.shape.map((_, axis) => (axis === value.rank - 1 ? start : 0));
  const cut = tf.slice(value, begin, [...value.shape.slice(0, -1), count]);
  // Keras' scale without a window.
  return operands.window === null ? tf.mul(cut, size / stride) : cut;
}

const SHORT_TIME: Operands = {
  sequence_length: undefined,
  sequence_stride: undefined,
  fft_length: undefined,
  window: "hann",
  center: true,
};

const checkWindow = (operands: Operands): Operands => {
  const { window } = operands;
  if (window !== null && !Object.hasOwn(WINDOWS, String(window)))
    throw new Error(`has window=${JSON.stringify(window)?.slice(0, 80)}, which does not load`);
  return operands;
};

const math = (className: string, run: (operands: Operands) => Tensor | Tensor[], settings: Operands = {}) => ({
  className,
  module: MATH,
  parameters: ["x"],
  settings,
  run,
});

/** numpy's correlation of two vectors: where they begin and end to overlap depends on the mode. */
function correlate(x: Tensor, y: Tensor, mode: unknown): Tensor {
  const [size, other] = [x.size, y.size];
  const around = tf.pad(x, [[other - 1, other - 1]]);
  const all = tf.reshape(tf.matMul(sequences(around, other, 1), tf.reshape(y, [other, 1])), [-1]);
  const less = Math.min(size, other) - 1;
  const middle = size < other ? Math.ceil(less / 2) : Math.floor(less / 2);
  if (mode === "full") return all;
  return mode === "same" ? tf.slice(all, middle, Math.max(size, other)) : tf.slice(all, less, all.size - 2 * less);
}

/** Fourier transforms, and sequences within sequences. */
export const SPECTRAL: readonly OperationType[] = [
  math("FFT", ({ x }) => [...transform(complexOf(x))]),
  math("FFT2", ({ x }) => transform2(complexOf(x))),
  math("IFFT2", ({ x }) => transform2(complexOf(x), true)),
  math(
    "RFFT",
    ({ x, fft_length: length }) => {
      const input = floatOf(x);
      return realTransform(input, length === null ? (input.shape.at(-1) as number) : whole(length, "fft_length"));
    },
    { fft_length: null },
  ),
  math(
    "IRFFT",
    ({ x, fft_length: length }) => {
      const parts = complexOf(x);
      const bins = parts[0].shape.at(-1) as number;
      return realInverse(parts, length === null ? 2 * (bins - 1) : whole(length, "fft_length"));
    },
    { fft_length: null },
  ),
  { ...math("STFT", shortTime, SHORT_TIME), load: checkWindow },
  { ...math("ISTFT", shortTimeInverse, { ...SHORT_TIME, length: null }), load: checkWindow },
  {
    ...math(
      "ExtractSequences",
      ({ x, sequence_length: length, sequence_stride: stride }) =>
        sequences(tensorOf(x), whole(length, "sequence_length"), whole(stride, "sequence_stride")),
      { sequence_length: undefined, sequence_stride: undefined },
    ),
    shape: ({ x, sequence_length: length, sequence_stride: stride }) => {
      const [size = null, ...outer] = [...shapeOf(x)].reverse();
      const [each, step] = [whole(length, "sequence_length"), whole(stride, "sequence_stride")];
      return [...outer.reverse(), size === null ? null : countOf(size, each, step), each];
    },
  },
  {
    ...math("Correlate", ({ x1, x2, mode }) =>
      inFloats([x1, x2], ([a, b]) => correlate(a as Tensor, b as Tensor, mode)),
    ),
    module: "keras.src.ops.numpy",
    parameters: ["x1", "x2"],
    settings: { mode: "valid" },
  },
];
