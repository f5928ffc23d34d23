import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { causalMask, FUSED_HIDDEN } from "../layers/attention/attention-masks.js";
import type { Shape } from "../layers/keras-layer.js";
import { overRootMeanSquare } from "../layers/rms-normalization.js";
import { convolve, convolveDepthwise, convolveSeparable } from "../layers/spatial/convolve.js";
import { type PoolMode, pool, poolTo } from "../layers/spatial/pool.js";
import { outputLengths, type Padding, type Window } from "../layers/spatial/window.js";
import { NN } from "./elementwise.js";
import { axesOf, axisOf, boolOf, floatOf, numberOf, shapeOf, whole, wholes } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

const isFirst = ({ data_format: format }: Operands): boolean => format === "channels_first";

/** Computes with the channels last. */
function channelsLast(operands: Operands, compute: (x: Tensor) => Tensor): Tensor {
  const x = floatOf(operands.inputs);
  if (!isFirst(operands)) return compute(x);
  const axes = x.shape.map((_, axis) => axis);
  const value = compute(tf.transpose(x, [0, ...axes.slice(2), 1]));
  return tf.transpose(value, [0, x.rank - 1, ...axes.slice(1, -1)]);
}

/** The shape of the result from those of the spatial axes. */
function spatialShape(
  operands: Operands,
  channels: (own: number | null) => number | null,
  lengths: (shape: Shape) => Shape,
): Shape {
  const [batch = null, ...rest] = shapeOf(operands.inputs);
  const own = (isFirst(operands) ? rest.shift() : rest.pop()) ?? null;
  const spatial = lengths(rest);
  return isFirst(operands) ? [batch, channels(own), ...spatial] : [batch, ...spatial, channels(own)];
}

const each = (value: unknown, count: number, name: string): number[] => {
  const given = wholes(value, name);
  if (given.length === 1) return Array.from({ length: count }, () => given[0] as number);
  if (given.length === count) return given;
  throw new Error(`has ${given.length} ${name} for ${count} axes`);
};

function windowFor({ padding, strides, dilation_rate: dilations = 1 }: Operands, size: readonly number[]): Window {
  const name = String(padding).toLowerCase();
  if (name !== "valid" && name !== "same")
    throw new Error(`has padding=${JSON.stringify(padding)}, which does not load`);
  return {
    size,
    strides: each(strides ?? size, size.length, "strides"),
    dilations: each(dilations, size.length, "dilation_rate"),
    padding: name as Padding,
  };
}

const pooling = (className: string, mode: PoolMode): OperationType => {
  const windowOf = (operands: Operands) =>
    windowFor(operands, each(operands.pool_size, shapeOf(operands.inputs).length - 2, "pool_size"));
  return {
    className,
    module: NN,
    parameters: ["inputs"],
    settings: { pool_size: undefined, strides: null, padding: "valid", data_format: null },
    shape: (operands) =>
      spatialShape(
        operands,
        (own) => own,
        (shape) => outputLengths(windowOf(operands), shape),
      ),
    run: (operands) => channelsLast(operands, (x) => pool(x, mode, windowOf(operands))),
  };
};

const adaptivePooling = (className: string, mode: PoolMode): OperationType => {
  const sizeOf = (operands: Operands) => each(operands.output_size, shapeOf(operands.inputs).length - 2, "output_size");
  return {
    className,
    module: NN,
    parameters: ["inputs"],
    settings: { output_size: undefined, data_format: null },
    shape: (operands) =>
      spatialShape(
        operands,
        (own) => own,
        () => sizeOf(operands),
      ),
    run: (operands) => channelsLast(operands, (x) => poolTo(x, mode, sizeOf(operands))),
  };
};

const CONVOLUTION = { strides: 1, padding: "valid", data_format: null, dilation_rate: 1 };
const kernelWindow = (operands: Operands, kernel: unknown): Window =>
  windowFor(operands, shapeOf(kernel).slice(0, -2) as number[]);

/** @param kernels the operands' names; the first one's shape is the window's */
const convolution = (
  className: string,
  kernels: readonly [string, ...string[]],
  channels: (operands: Operands) => number | null,
  compute: (x: Tensor, window: Window, ...kernels: Tensor[]) => Tensor,
): OperationType => {
  const windowOf = (operands: Operands) => kernelWindow(operands, operands[kernels[0]]);
  return {
    className,
    module: NN,
    parameters: ["inputs", ...kernels],
    settings: CONVOLUTION,
    shape: (operands) =>
      spatialShape(
        operands,
        () => channels(operands),
        (shape) => outputLengths(windowOf(operands), shape),
      ),
    run: (operands) =>
      channelsLast(operands, (x) => compute(x, windowOf(operands), ...kernels.map((name) => floatOf(operands[name])))),
  };
};

const attention = ({ query, key, value, bias, mask, scale, is_causal: isCausal }: Operands): Tensor => {
  // [batch, length, heads, size] -> [batch, heads, length, size]
  const heads = (x: unknown) => tf.transpose(floatOf(x), [0, 2, 1, 3]);
  const [q, k, v] = [heads(query), heads(key), heads(value)];
  const shared = (x: Tensor) =>
    x.shape[1] === q.shape[1] ? x : repeatHeads(x, (q.shape[1] as number) / (x.shape[1] as number));
  const factor = scale === null || scale === undefined ? 1 / Math.sqrt(q.shape[3] as number) : numberOf(scale, "scale");
  let scores = tf.mul(tf.matMul(q, shared(k), false, true), factor);
  if (bias !== null && bias !== undefined) scores = tf.add(scores, floatOf(bias));
  const hide = (visible: Tensor) => {
    scores = tf.where(tf.broadcastTo(visible, scores.shape), scores, tf.fill(scores.shape, FUSED_HIDDEN));
  };
  if (mask !== null && mask !== undefined) hide(boolOf(mask));
  if (isCausal === true) {
    const [rows, columns] = scores.shape.slice(-2) as [number, number];
    hide(causalMask(rows, columns));
  }
  return tf.transpose(tf.matMul(tf.softmax(scores), shared(v)), [0, 2, 1, 3]);
};

const repeatHeads = (x: Tensor, times: number): Tensor => {
  const [batch, heads, length, size] = x.shape as [number, number, number, number];
  const tiled = tf.tile(tf.expandDims(x, 2), [1, 1, times, 1, 1]);
  return tf.reshape(tiled, [batch, heads * times, length, size]);
};

const along = (value: unknown, x: Tensor, axis: number): Tensor =>
  tf.reshape(
    floatOf(value),
    x.shape.map((length, i) => (i === axis ? length : 1)),
  );

const blocks = (className: string, compute: (x: Tensor, size: number) => Tensor): OperationType => ({
  className,
  module: NN,
  parameters: ["x"],
  settings: { block_size: undefined, data_format: "channels_last" },
  load: (operands) => {
    // Keras' backends do not agree on the order of the channels.
    if (isFirst(operands)) throw new Error("has data_format='channels_first', which does not load");
    return operands;
  },
  run: ({ x, block_size: size }) => compute(floatOf(x), whole(size, "block_size")),
});

/** Pools, convolutions, normalizations and attention. */
export const NEURAL: readonly OperationType[] = [
  pooling("MaxPool", "max"),
  pooling("AveragePool", "average"),
  adaptivePooling("AdaptiveMaxPool", "max"),
  adaptivePooling("AdaptiveAveragePool", "average"),
  convolution(
    "Conv",
    ["kernel"],
    ({ kernel }) => shapeOf(kernel).at(-1) ?? null,
    (x, window, kernel) => convolve(x, kernel as Tensor, window),
  ),
  convolution(
    "DepthwiseConv",
    ["kernel"],
    ({ kernel }) => {
      const [channels, multiplier] = shapeOf(kernel).slice(-2);
      return channels && multiplier ? channels * multiplier : null;
    },
    (x, window, kernel) => convolveDepthwise(x, kernel as Tensor, window),
  ),
  convolution(
    "SeparableConv",
    ["depthwise_kernel", "pointwise_kernel"],
    ({ pointwise_kernel: kernel }) => shapeOf(kernel).at(-1) ?? null,
    (x, window, depthwise, pointwise) => convolveSeparable(x, depthwise as Tensor, pointwise as Tensor, window),
  ),
  {
    className: "BatchNorm",
    module: NN,
    parameters: ["x", "mean", "variance", "offset", "scale"],
    settings: { axis: undefined, epsilon: 1e-3 },
    shape: ({ x }) => shapeOf(x),
    run: ({ x, mean, variance, offset, scale, axis, epsilon }) => {
      const input = floatOf(x);
      const at = axisOf(axis, input.rank);
      const inverse = tf.rsqrt(tf.add(along(variance, input, at), numberOf(epsilon, "epsilon")));
      const factor = scale === null || scale === undefined ? inverse : tf.mul(inverse, along(scale, input, at));
      const value = tf.mul(tf.sub(input, along(mean, input, at)), factor);
      return offset === null || offset === undefined ? value : tf.add(value, along(offset, input, at));
    },
  },
  {
    className: "LayerNorm",
    module: NN,
    parameters: ["x", "gamma", "beta"],
    settings: { axis: -1, epsilon: null, rms_scaling: false },
    shape: ({ x }) => shapeOf(x),
    load: (operands) => {
      if (operands.rms_scaling === true) throw new Error("has rms_scaling=true, which does not load");
      return operands;
    },
    run: ({ x, gamma, beta, axis, epsilon }) => {
      const input = floatOf(x);
      const axes = axesOf(axis, input.rank);
      const centred = tf.sub(input, tf.mean(input, axes, true));
      const inverse = tf.rsqrt(
        tf.add(tf.mean(tf.square(centred), axes, true), epsilon === null ? 1e-7 : numberOf(epsilon, "epsilon")),
      );
      return withScale(tf.mul(centred, inverse), axes, gamma, beta);
    },
  },
  {
    className: "RMSNorm",
    module: NN,
    parameters: ["x", "scale"],
    settings: { axis: -1, epsilon: null },
    shape: ({ x }) => shapeOf(x),
    run: ({ x, scale, axis, epsilon }) => {
      const input = floatOf(x);
      const axes = axesOf(axis, input.rank);
      const least = epsilon === null ? 1e-7 : numberOf(epsilon, "epsilon");
      return withScale(overRootMeanSquare(input, axes, least), axes, scale, null);
    },
  },
  {
    className: "DotProductAttention",
    module: NN,
    parameters: ["query", "key", "value", "bias", "mask", "scale"],
    settings: { is_causal: false, flash_attention: null, attn_logits_soft_cap: null },
    load: (operands) => {
      if (operands.attn_logits_soft_cap !== null) throw new Error("has attn_logits_soft_cap, which does not load");
      return operands;
    },
    shape: ({ query, value }) => [...shapeOf(query).slice(0, -1), shapeOf(value).at(-1) ?? null],
    run: attention,
  },
  blocks("DepthToSpace", depthToSpace),
  blocks("SpaceToDepth", spaceToDepth),
];

/** Weights of the axes that were normalized. */
function withScale(x: Tensor, axes: readonly number[], gamma: unknown, beta: unknown): Tensor {
  const shape = x.shape.map((length, axis) => (axes.includes(axis) ? length : 1));
  const scaled = gamma === null || gamma === undefined ? x : tf.mul(x, tf.reshape(floatOf(gamma), shape));
  return beta === null || beta === undefined ? scaled : tf.add(scaled, tf.reshape(floatOf(beta), shape));
}

function depthToSpace(x: Tensor, size: number): Tensor {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  const depth = channels / size ** 2;
  const parts = tf.transpose(tf.reshape(x, [batch * rows, columns, size, size * depth]), [0, 2, 1, 3]);
  return tf.reshape(parts, [batch, rows * size, columns * size, depth]);
}

function spaceToDepth(x: Tensor, size: number): Tensor {
  const [batch, rows, columns, depth] = x.shape as [number, number, number, number];
  const parts = tf.reshape(x, [(batch * rows) / size, size, columns / size, size * depth]);
  return tf.reshape(tf.transpose(parts, [0, 2, 1, 3]), [batch, rows / size, columns / size, size * size * depth]);
}
