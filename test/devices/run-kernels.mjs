/**
 * Computes random calls of kernels and their gradients on a rung: `node run-kernels.mjs wasm SEED CALLS`, as many of each.
 * Prints `{ [kernel]: [{ inputs: shapes, results: [{ shape, values } | error] }] }`: the output, then a gradient for each input.
 */
const [, , rung, seed, calls] = process.argv;

const { openRung } = await import("../../sdk/dist/devices/rungs.js");
await openRung(rung, rung === "webgpu" ? { adapter: "SwiftShader", allowsSoftware: true } : {});
const tf = await import("@litlab/sdk/tf");
if (rung === "wasm") (await import("./guard-heap.mjs")).guardHeap();

let state = Number(seed) >>> 0 || 1;
/** As random.ts. */
function random() {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) / 2 ** 32;
}
/** A whole number from `low` to `high`. */
const whole = (low, high) => low + Math.floor(random() * (high - low + 1));
const flip = () => random() < 0.5;
const pick = (...items) => items[whole(0, items.length - 1)];
const list = (length, item) => Array.from({ length }, item);
const sizes = (axes, low = 2, high = 6) => list(axes, () => whole(low, high));
const someOf = (axes) => [...Array(axes).keys()].filter(flip);
/** A shape that broadcasts to another. */
const narrower = (shape) =>
  shape.map((size) => (random() < 0.3 ? 1 : size)).slice(flip() ? 0 : whole(0, shape.length - 1));

function values(shape, low = -2, high = 2) {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, values: list(length, () => low + random() * (high - low)) };
}

/** Values that lie apart: TensorFlow's gradient of a max pool in space goes to all that are within 1e-5 of the largest. */
function valuesApart(shape) {
  const { values: order } = values(shape);
  const ranks = new Float64Array(order.length);
  for (const [rank, i] of [...order.keys()].sort((a, b) => order[a] - order[b]).entries()) ranks[i] = rank;
  return { shape, values: Array.from(ranks, (rank) => (4 * (rank + 0.5)) / order.length - 2) };
}

const window = (axes, high = 3) => sizes(axes, 1, high);
const margin = () => pick("same", "valid");
/** Strides, and gaps between a window's values: one of them is 1. */
const steps = (axes) => (flip() ? [sizes(axes, 1, 3), 1] : [1, whole(1, 2)]);

const binary =
  (op, [low, high] = [-2, 2], [from, to] = [low, high]) =>
  () => {
    const shape = sizes(whole(1, 4), 1, 4);
    return [op, values(shape, low, high), values(narrower(shape), from, to)];
  };
const reduction = (op) => () => {
  const [axes, keeps] = [someOf(4), flip()];
  return [(x) => op(x, axes, keeps), values(sizes(4, 1, 3))];
};
const pool = (op, axes) => () => {
  const [size, strides, pad] = [window(axes), sizes(axes, 1, 3), margin()];
  return [(x) => op(x, size, strides, pad), valuesApart([2, ...sizes(axes, 3, 6), 2])];
};
const resize = (op) => () => {
  const [to, mode] = [sizes(2, 1, 8), pick("plain", "corners", "centres")];
  return [(x) => op(x, to, mode === "corners", mode === "centres"), values([2, ...sizes(2, 2, 6), 2])];
};

/** Each gives a function and what it takes. */
const KERNELS = {
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary(tf.mul),
  div: binary(tf.div, [-2, 2], [0.5, 3]),
  pow: binary(tf.pow, [0.2, 3], [-2, 2]),
  maximum: binary(tf.maximum),
  minimum: binary(tf.minimum),
  squaredDifference: binary(tf.squaredDifference),
  atan2: binary(tf.atan2, [-2, 2], [0.5, 2]),
  mod: binary(tf.mod, [0.1, 2], [2.1, 3]),
  prelu() {
    const shape = sizes(3);
    return [tf.prelu, values(shape), values(narrower(shape))];
  },
  sum: reduction(tf.sum),
  mean: reduction(tf.mean),
  prod: reduction(tf.prod),
  max: reduction(tf.max),
  min: reduction(tf.min),
  logSumExp: reduction(tf.logSumExp),
  variance: () => {
    const axis = whole(0, 2);
    return [(x) => tf.moments(x, axis).variance, values(sizes(3))];
  },
  norm() {
    const [order, axis] = [pick(1, 2), whole(0, 2)];
    return [(x) => tf.norm(x, order, axis), values(sizes(3))];
  },
  cumsum() {
    const [axis, excludes, turns] = [whole(-3, 2), flip(), flip()];
    return [(x) => tf.cumsum(x, axis, excludes, turns), values(sizes(3))];
  },
  softmax: () => [tf.softmax, values(sizes(whole(1, 3)))],
  logSoftmax: () => [tf.logSoftmax, values(sizes(whole(1, 3)))],
  transpose() {
    const axes = whole(1, 5);
    const order = [...Array(axes).keys()].map((axis) => [random(), axis]).sort(([a], [b]) => a - b);
    return [
      (x) =>
        tf.transpose(
          x,
          order.map(([, axis]) => axis),
        ),
      values(sizes(axes, 1, 4)),
    ];
  },
  reverse() {
    const axes = someOf(3);
    return [(x) => tf.reverse(x, axes), values(sizes(3))];
  },
  tile() {
    const times = sizes(3, 1, 2);
    return [(x) => tf.tile(x, times), values(sizes(3, 1, 4))];
  },
  pad() {
    const [margins, fill] = [list(3, () => sizes(2, 0, 2)), pick(0, 1.5)];
    return [(x) => tf.pad(x, margins, fill), values(sizes(3))];
  },
  mirrorPad() {
    const [margins, mode] = [list(2, () => sizes(2, 0, 1)), pick("reflect", "symmetric")];
    return [(x) => tf.mirrorPad(x, margins, mode), values(sizes(2, 3))];
  },
  slice() {
    const shape = sizes(3);
    const begin = shape.map((size) => whole(0, size - 1));
    const size = shape.map((length, axis) => whole(1, length - begin[axis]));
    return [(x) => tf.slice(x, begin, size), values(shape)];
  },
  concat() {
    const [shape, axis] = [sizes(3), whole(0, 2)];
    return [(a, b) => tf.concat([a, b], axis), values(shape), values(Object.assign([...shape], { [axis]: 3 }))];
  },
  stack() {
    const [shape, axis] = [sizes(2), whole(0, 2)];
    return [(a, b) => tf.stack([a, b], axis), values(shape), values(shape)];
  },
  split() {
    const axis = whole(0, 2);
    return [(x) => tf.split(x, [1, 3], axis)[1], values(Object.assign(sizes(3), { [axis]: 4 }))];
  },
  gather() {
    const [shape, axis] = [sizes(3), whole(0, 2)];
    const indices = list(whole(1, 6), () => whole(0, shape[axis] - 1));
    return [(x) => tf.gather(x, tf.tensor1d(indices, "int32"), axis), values(shape)];
  },
  gatherBatches() {
    const shape = sizes(4);
    const [batches, axis] = [whole(1, 2), 2];
    const taken = whole(1, 4);
    const chosen = shape.slice(0, batches).reduce((product, size) => product * size, taken);
    const indices = list(chosen, () => whole(0, shape[axis] - 1));
    const at = tf.tensor(indices, [...shape.slice(0, batches), taken], "int32");
    return [(x) => tf.gather(x, at, axis, batches), values(shape)];
  },
  unsortedSegmentSum() {
    const shape = sizes(2, 3);
    const segments = list(shape[0], () => whole(0, 3));
    return [(x) => tf.unsortedSegmentSum(x, tf.tensor1d(segments, "int32"), 4), values(shape)];
  },
  topk() {
    const count = whole(1, 3);
    return [(x) => tf.topk(x, count).values, values(sizes(2, 3))];
  },
  where() {
    const shape = sizes(3);
    return [(a, b) => tf.where(tf.greater(a, b), tf.mul(a, 2), b), values(shape), values(shape)];
  },
  broadcastTo() {
    const shape = sizes(3);
    return [(x) => tf.broadcastTo(x, shape), values(narrower(shape))];
  },
  clipByValue: () => [(x) => tf.clipByValue(x, -0.7, 0.9), values(sizes(2))],
  spaceToBatchND: () => [
    (x) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [1, 1],
        ],
      ),
    values([2, 4, 6, 2]),
  ],
  batchToSpaceND: () => [
    (x) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 1],
          [1, 0],
        ],
      ),
    values([8, 3, 2, 2]),
  ],
  matMul() {
    const [[m, k, n], batch] = [sizes(3, 1), sizes(whole(1, 3), 1, 3)];
    const [turnsA, turnsB] = [flip(), flip()];
    const [a, b] = [turnsA ? [k, m] : [m, k], turnsB ? [n, k] : [k, n]];
    return [
      (x, y) => tf.matMul(x, y, turnsA, turnsB),
      values([...narrower(batch), ...a]),
      values([...narrower(batch), ...b]),
    ];
  },
  fusedMatMul() {
    const [m, k, n] = sizes(3, 1);
    const activation = pick("linear", "relu", "relu6", "elu", "sigmoid");
    const bias = pick([n], [1, n], [m, n], []);
    return [(a, b, c) => tf.fused.matMul({ a, b, bias: c, activation }), values([m, k]), values([k, n]), values(bias)];
  },
  conv1d() {
    const [[[strides], gaps], pad, channels] = [steps(1).map((each) => [each].flat()), margin(), whole(1, 3)];
    const filter = values([whole(1, 3), channels, whole(1, 3)]);
    return [(x, f) => tf.conv1d(x, f, strides, pad, "NWC", gaps[0]), values([2, whole(5, 9), channels]), filter];
  },
  conv2d() {
    const [[strides, gaps], pad, channels] = [steps(2), margin(), whole(1, 3)];
    const filter = values([...window(2), channels, whole(1, 3)]);
    return [(x, f) => tf.conv2d(x, f, strides, pad, "NHWC", gaps), values([2, ...sizes(2, 5, 7), channels]), filter];
  },
  conv2dChannelsFirst() {
    const [strides, pad, channels] = [sizes(2, 1, 3), margin(), whole(1, 3)];
    const filter = values([...window(2), channels, whole(1, 3)]);
    return [(x, f) => tf.conv2d(x, f, strides, pad, "NCHW"), values([2, channels, ...sizes(2, 5, 7)]), filter];
  },
  conv2dMargins() {
    const [strides, channels, margins] = [
      sizes(2, 1, 3),
      whole(1, 3),
      [[0, 0], sizes(2, 0, 2), sizes(2, 0, 2), [0, 0]],
    ];
    const filter = values([...window(2), channels, whole(1, 3)]);
    return [(x, f) => tf.conv2d(x, f, strides, margins), values([2, ...sizes(2, 5, 7), channels]), filter];
  },
  depthwiseConv2d() {
    const [[strides, gaps], pad, channels] = [steps(2), margin(), whole(1, 3)];
    const equal = [strides].flat()[0]; // TensorFlow takes no others
    const filter = values([...window(2), channels, whole(1, 2)]);
    return [
      (x, f) => tf.depthwiseConv2d(x, f, equal, pad, "NHWC", gaps),
      values([2, ...sizes(2, 5, 7), channels]),
      filter,
    ];
  },
  separableConv2d() {
    const [strides, pad, channels] = [whole(1, 2), margin(), whole(1, 3)];
    const filters = [values([2, 3, channels, 2]), values([1, 1, channels * 2, 3])];
    return [
      (x, f, g) => tf.separableConv2d(x, f, g, strides, pad),
      values([2, ...sizes(2, 5, 7), channels]),
      ...filters,
    ];
  },
  conv3d() {
    const [strides, pad, channels] = [whole(1, 2), margin(), whole(1, 2)];
    const filter = values([...window(3), channels, 2]);
    return [(x, f) => tf.conv3d(x, f, strides, pad), values([2, ...sizes(3, 3, 4), channels]), filter];
  },
  conv2dTranspose: transposed(2, tf.conv2dTranspose),
  conv3dTranspose: transposed(3, tf.conv3dTranspose),
  fusedConv2d: fused(tf.fused.conv2d, () => 3),
  fusedDepthwiseConv2d: fused(tf.fused.depthwiseConv2d, (channels) => channels),
  maxPool: pool(tf.maxPool, 2),
  avgPool: pool(tf.avgPool, 2),
  maxPool3d: pool(tf.maxPool3d, 3),
  avgPool3d: pool(tf.avgPool3d, 3),
  dilation2d() {
    const [[[strides], gaps], pad, channels] = [steps(1).map((each) => [each].flat()), margin(), whole(1, 2)];
    return [
      (x, f) => tf.dilation2d(x, f, strides, pad, gaps[0]),
      values([2, ...sizes(2, 5, 7), channels]),
      values([2, 2, channels]),
    ];
  },
  batchNorm() {
    const shape = sizes(4);
    const each = () => values(shape.slice(-1), 0.5, 2);
    return [
      (x, mean, spread, offset, scale) => tf.batchNorm(x, mean, spread, offset, scale, 0.01),
      values(shape),
      each(),
      each(),
      each(),
      each(),
    ];
  },
  localResponseNormalization() {
    const radius = whole(1, 3);
    return [(x) => tf.localResponseNormalization(x, radius, 1, 0.5, 0.75), values(sizes(4, 2, 5))];
  },
  resizeBilinear: resize(tf.image.resizeBilinear),
  resizeNearestNeighbor: resize(tf.image.resizeNearestNeighbor),
};

function transposed(axes, op) {
  return () => {
    const [pad, stride, size, filter] = [margin(), whole(1, 2), sizes(axes, 2, 4), window(axes)];
    const to = size.map((length, axis) => (pad === "same" ? length * stride : (length - 1) * stride + filter[axis]));
    return [(x, f) => op(x, f, [2, ...to, 3], stride, pad), values([2, ...size, 2]), values([...filter, 3, 2])];
  };
}

function fused(op, biases) {
  return () => {
    const [channels, activation, pad] = [whole(1, 3), pick("linear", "relu", "relu6"), margin()];
    const filter = values([2, 2, channels, op === tf.fused.conv2d ? 3 : 1]);
    const run = (x, f, bias) => op({ x, filter: f, bias, activation, strides: 1, pad });
    return [run, values([2, ...sizes(2, 4, 6), channels]), filter, values([biases(channels)])];
  };
}

/** Of one value each, with where they are defined and their gradients small. */
const UNARY = {
  ...Object.fromEntries(
    "abs asinh atan ceil cos elu erf exp expm1 floor leakyRelu logSigmoid neg relu relu6 round selu sigmoid sin sinh softplus cosh square step tanh"
      .split(" ")
      .map((name) => [name, [-3, 3]]),
  ),
  ...{ acos: [-0.9, 0.9], acosh: [1.1, 4], asin: [-0.9, 0.9], atanh: [-0.9, 0.9], log: [0.1, 4], log1p: [-0.5, 3] },
  ...{ reciprocal: [0.2, 3], rsqrt: [0.1, 4], sqrt: [0.1, 4], tan: [-1, 1] },
};
for (const [name, [low, high]] of Object.entries(UNARY))
  KERNELS[name] = () => [tf[name], values(sizes(whole(1, 4), 1, 5), low, high)];

/** Of whose first operand some values are NaN, which no output may hide. They are not differentiated. */
const UNKNOWN =
  "add maximum minimum max min sum clipByValue relu relu6 matMul fusedMatMul conv1d conv2d depthwiseConv2d fusedConv2d fusedDepthwiseConv2d avgPool sigmoid softmax";
const withNaN = ([first, ...rest]) => [
  { ...first, values: first.values.map((value) => (random() < 0.1 ? Number.NaN : value)) },
  ...rest,
];

const made = ({ shape, values: numbers }) => tf.tensor(numbers, shape, "float32");
const failure = (error) => `${error.message}`.split("\n")[0];

async function compute(run, inputs, differentiates) {
  const results = [];
  const told = async (tensor) => results.push({ shape: tensor.shape, values: [...(await tensor.data())] });
  const x = inputs.map(made);
  try {
    const y = run(...x);
    await told(y);
    if (differentiates) {
      const slope = tf.tensor(
        list(y.size, (_, i) => Math.cos(i)),
        y.shape,
      );
      for (const gradient of tf.grads((...given) => run(...given))(x, slope)) await told(gradient);
    }
  } catch (error) {
    results.push(failure(error));
  }
  return { inputs: inputs.map(({ shape }) => shape), results };
}

const found = {};
async function computeAll(name, make, differentiates, change = (inputs) => inputs) {
  found[name] = [];
  for (let i = 0; i < Number(calls); i++) {
    const [run, ...inputs] = make();
    found[name].push(await compute(run, change(inputs), differentiates));
  }
}

for (const [name, make] of Object.entries(KERNELS)) await computeAll(name, make, true);
// WGSL may take no heed of NaN.
if (rung !== "webgpu")
  for (const name of UNKNOWN.split(" ")) await computeAll(`${name} with NaN`, KERNELS[name], false, withNaN);
const text = JSON.stringify(found, (_, value) => (Number.isNaN(value) ? "NaN" : value));
process.stdout.write(`${text}\n`, () => process.exit(0));
