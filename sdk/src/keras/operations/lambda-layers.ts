import { isRecord, type KerasNode } from "../file/container.js";
import type { Operands } from "./operation-type.js";

/** An operation's class, and what it is given: settings and arguments under Keras' names. */
interface Translated {
  readonly className: string;
  readonly given: Operands;
}

/** A function of TensorFlow as an operation. */
interface TensorFlowFunction {
  readonly className: string;
  /** The operation's name of each of the function's arguments; the first is what the call gives by position. */
  readonly names: Readonly<Record<string, string>>;
  /** Other arguments, which must say this. */
  readonly fixed?: Operands;
  /** Where TensorFlow's default is not Keras'. */
  readonly defaults?: Operands;
  /** What is written otherwise. */
  adjust?(given: Operands): Operands;
}

const pascal = (name: string): string =>
  name.replace(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

const same = (names: string, first: string): Record<string, TensorFlowFunction> =>
  Object.fromEntries(names.split(" ").map((name) => [name, { className: pascal(name), names: { [first]: "x" } }]));

const renamed = (
  classes: Readonly<Record<string, string>>,
  names: Readonly<Record<string, string>>,
): Record<string, TensorFlowFunction> =>
  Object.fromEntries(Object.entries(classes).map(([name, className]) => [name, { className, names }]));

const PAIR = { x: "x1", y: "x2" };
const REDUCED = { input_tensor: "x", axis: "axis", keepdims: "keepdims", keep_dims: "keepdims" };
const running = (className: string): TensorFlowFunction => ({
  className,
  names: { x: "x", axis: "axis" },
  defaults: { axis: 0 },
  fixed: { exclusive: false, reverse: false },
});
const place = (className: string): TensorFlowFunction => ({
  className,
  names: { input: "x", axis: "axis", dimension: "axis" },
  defaults: { axis: 0 },
  fixed: { output_type: "int64" },
});
const swish: TensorFlowFunction = { className: "Silu", names: { features: "x" }, fixed: { beta: 1 } };
const like = (className: string): TensorFlowFunction => ({
  className,
  names: { input: "x", tensor: "x", dtype: "dtype" },
  fixed: { optimize: true },
});

/** TensorFlow's functions by the last part of their names: `math.add`, `__operators__.add` and `add` are one. */
const FUNCTIONS: Readonly<Record<string, TensorFlowFunction>> = {
  ...same(
    "ceil cos cosh erf exp expm1 floor log log1p log_sigmoid logical_not negative reciprocal round rsqrt sigmoid sign sin sinh sqrt square tan tanh",
    "x",
  ),
  ...same("elu relu relu6 selu softplus softsign", "features"),
  ...renamed(
    {
      abs: "Absolute",
      acos: "Arccos",
      acosh: "Arccosh",
      asin: "Arcsin",
      asinh: "Arcsinh",
      atan: "Arctan",
      atanh: "Arctanh",
      is_finite: "Isfinite",
      is_inf: "Isinf",
      is_nan: "Isnan",
    },
    { x: "x" },
  ),
  ...renamed(
    {
      add: "Add",
      atan2: "Arctan2",
      divide: "Divide",
      divide_no_nan: "DivideNoNan",
      equal: "Equal",
      floor_div: "FloorDivide",
      floordiv: "FloorDivide",
      floormod: "Mod",
      greater: "Greater",
      greater_equal: "GreaterEqual",
      less: "Less",
      less_equal: "LessEqual",
      logical_and: "LogicalAnd",
      logical_or: "LogicalOr",
      logical_xor: "LogicalXor",
      maximum: "Maximum",
      minimum: "Minimum",
      mod: "Mod",
      multiply: "Multiply",
      not_equal: "NotEqual",
      pow: "Power",
      subtract: "Subtract",
      truediv: "Divide",
    },
    PAIR,
  ),
  ...renamed(
    {
      reduce_all: "All",
      reduce_any: "Any",
      reduce_logsumexp: "Logsumexp",
      reduce_max: "Max",
      reduce_mean: "Mean",
      reduce_min: "Min",
      reduce_prod: "Prod",
      reduce_std: "Std",
      reduce_sum: "Sum",
      reduce_variance: "Var",
    },
    REDUCED,
  ),
  argmax: place("Argmax"),
  argmin: place("Argmin"),
  broadcast_to: { className: "BroadcastTo", names: { input: "x", shape: "shape" } },
  cast: { className: "Cast", names: { x: "x", dtype: "dtype" } },
  clip_by_value: { className: "Clip", names: { t: "x", clip_value_min: "x_min", clip_value_max: "x_max" } },
  concat: { className: "Concatenate", names: { values: "xs", axis: "axis" } },
  cumprod: running("Cumprod"),
  cumsum: running("Cumsum"),
  expand_dims: { className: "ExpandDims", names: { input: "x", axis: "axis" } },
  gather: {
    className: "Take",
    names: { params: "x", indices: "indices", axis: "axis" },
    defaults: { axis: 0 },
    fixed: { batch_dims: 0 },
  },
  gelu: { className: "Gelu", names: { features: "x", approximate: "approximate" }, defaults: { approximate: false } },
  identity: { className: "Copy", names: { input: "x" } },
  l2_normalize: {
    className: "Normalize",
    names: { x: "x", axis: "axis" },
    defaults: { epsilon: 1e-6 },
    fixed: { epsilon: 1e-12 },
  },
  leaky_relu: { className: "LeakyRelu", names: { features: "x", alpha: "negative_slope" } },
  log_softmax: { className: "LogSoftmax", names: { logits: "x", axis: "axis" } },
  matmul: {
    className: "Einsum",
    names: { a: "x1", b: "x2", transpose_a: "transpose_a", transpose_b: "transpose_b" },
    fixed: { adjoint_a: false, adjoint_b: false, a_is_sparse: false, b_is_sparse: false },
    adjust: ({ x1, x2, transpose_a: a, transpose_b: b }) => {
      const subscripts = `...${a === true ? "ji" : "ij"},...${b === true ? "kj" : "jk"}->...ik`;
      return { x1, x2, subscripts };
    },
  },
  one_hot: { className: "OneHot", names: { indices: "x", depth: "num_classes", axis: "axis", dtype: "dtype" } },
  ones_like: like("OnesLike"),
  pad: {
    className: "Pad",
    names: { tensor: "x", paddings: "pad_width", mode: "mode", constant_values: "constant_values" },
    adjust: ({ mode, constant_values: value, ...given }) => {
      const name = String(mode ?? "constant").toLowerCase();
      return { ...given, mode: name, ...(name === "constant" && { constant_values: value }) };
    },
  },
  reshape: { className: "Reshape", names: { tensor: "x", shape: "newshape" } },
  reverse: { className: "Flip", names: { tensor: "x", axis: "axis" } },
  silu: swish,
  slice: {
    className: "GetItem",
    names: { input_: "x", begin: "begin", size: "size" },
    adjust: ({ x, begin, size }) => ({ x, key: sliced(begin as number[], size as number[]) }),
  },
  softmax: { className: "Softmax", names: { logits: "x", axis: "axis" } },
  split: {
    className: "Split",
    names: { value: "x", num_or_size_splits: "indices_or_sections", axis: "axis" },
    adjust: ({ indices_or_sections: sizes, ...given }) => ({ ...given, indices_or_sections: sections(sizes) }),
  },
  squeeze: { className: "Squeeze", names: { input: "x", axis: "axis" } },
  stack: { className: "Stack", names: { values: "x", axis: "axis" } },
  stop_gradient: { className: "StopGradient", names: { input: "variable" } },
  swish,
  tensordot: { className: "Tensordot", names: { a: "x1", b: "x2", axes: "axes" } },
  tile: { className: "Tile", names: { input: "x", multiples: "repeats" } },
  top_k: { className: "TopK", names: { input: "x", k: "k", sorted: "sorted" }, defaults: { k: 1 } },
  transpose: { className: "Transpose", names: { a: "x", perm: "axes" }, fixed: { conjugate: false } },
  unstack: { className: "Unstack", names: { value: "x", axis: "axis", num: "num" } },
  where: { className: "Where", names: { condition: "condition", x: "x1", y: "x2" } },
  zeros_like: like("ZerosLike"),
};

/** The layers as which tf_keras writes operations. */
export const isLambdaLayer = ({ class_name }: KerasNode): boolean =>
  class_name === "TFOpLambda" || class_name === "SlicingOpLambda";

/**
 * The operation that a `TFOpLambda` or `SlicingOpLambda` is.
 * @param first what the call gives by position: a tensor, a number, or a list of tensors
 * @param named what it gives by name
 * @throws Error that says what does not load
 */
export function translate(node: KerasNode, first: unknown, named: Operands): Translated {
  const path = String(node.config.function);
  const known: TensorFlowFunction | undefined =
    node.class_name === "SlicingOpLambda" ? SLICING : FUNCTIONS[path.slice(path.lastIndexOf(".") + 1)];
  if (!known)
    throw new Error(
      `is TensorFlow's ${path}, which does not load; saved by Keras 3 the operations in docs/keras.md do`,
    );
  const { className, names, fixed = {}, defaults = {}, adjust } = known;
  const given: Record<string, unknown> = { ...defaults, [Object.values(names)[0] as string]: first };
  for (const [key, value] of Object.entries(named)) {
    const name = names[key];
    if (key === "name" || value === null) continue;
    if (name !== undefined) given[name] = key === "dtype" ? typeName(value) : isPlace(name) ? array(value) : value;
    else if (key in fixed ? typeName(value) !== fixed[key] : !["out_type", "validate_indices"].includes(key))
      throw new Error(`(TensorFlow's ${path}) is called with '${key}', which does not load`);
  }
  return { className, given: adjust?.(given) ?? given };
}

const SLICING: TensorFlowFunction = {
  className: "GetItem",
  names: { x: "x", slice_spec: "key" },
  adjust: ({ x, key }) => ({ x, key: (Array.isArray(key) ? key : [key]).map(itemKey) }),
};

/** A key of `x[…]` as Keras 3 writes it. */
function itemKey(key: unknown): unknown {
  if (key === "Ellipsis" || key === "...") return { class_name: "__ellipsis__", config: {} };
  return isRecord(key) && "step" in key ? { class_name: "__slice__", config: key } : key;
}

const sliced = (begin: readonly number[], size: readonly number[]): unknown[] =>
  begin.map((start, i) => {
    const length = size[i] as number;
    return { class_name: "__slice__", config: { start, stop: length === -1 ? null : start + length, step: null } };
  });

/** TensorFlow gives lengths, Keras where the parts begin. */
function sections(sizes: unknown): unknown {
  if (!Array.isArray(sizes)) return sizes;
  if (sizes.some((size) => !Number.isSafeInteger(size) || size < 0))
    throw new Error(`splits into ${JSON.stringify(sizes)}, which does not load`);
  return sizes.slice(0, -1).map((_, i) => sizes.slice(0, i + 1).reduce((sum: number, size: number) => sum + size, 0));
}

const isPlace = (name: string): boolean => name === "x1" || name === "x2";

/** A constant of TensorFlow as Keras 3 writes one. */
const array = (value: unknown): unknown =>
  Array.isArray(value) && value.flat(Number.POSITIVE_INFINITY).every((item) => typeof item === "number")
    ? { class_name: "__numpy__", config: { value, dtype: "float32" } }
    : value;

/** `<dtype: 'int32'>` as `int32`. */
const typeName = (value: unknown): unknown =>
  typeof value === "string" ? value.replace(/^<dtype: '(\w+)'>$/, "$1") : value;
