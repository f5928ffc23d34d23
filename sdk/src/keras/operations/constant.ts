import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { CORE, NUMPY, type Own, unary } from "./elementwise.js";
import { boolOf, numberOf, shapeOf, tensorOf, typeOf } from "./operands.js";
import type { OperationType } from "./operation-type.js";

const INT32 = 2 ** 31;

/** As another type; floats become whole by cutting what is behind the point, and have no gradient then. */
function convert(x: Tensor, dtype: unknown, isSaturating = false): Tensor {
  if (dtype === null) return tf.clone(x);
  const type = typeOf(dtype);
  const [, isUnsigned, bits] = /^(u?)int(8|16|32|64)$/.exec(String(dtype)) ?? [];
  if (type === "bool") return boolOf(x);
  if (bits === undefined || x.dtype !== "float32") return tf.cast(x, type);
  const high = isUnsigned ? 2 ** Number(bits) : 2 ** (Number(bits) - 1);
  if (isSaturating && Number(bits) < 32) return whole(tf.clipByValue(x, isUnsigned ? 0 : -high, high - 1));
  if (isSaturating) return whole(tf.clipByValue(x, isUnsigned ? 0 : -INT32, INT32 - 128));
  return whole(x);
}

const whole = (x: Tensor): Tensor => tf.cast(stopGradient(x), "int32");

const conversion = (className: string, module: string, isSaturating = false): OperationType => ({
  className,
  module,
  parameters: ["x"],
  settings: { dtype: null },
  shape: ({ x }) => shapeOf(x),
  load: (operands) => {
    if (operands.dtype !== null) typeOf(operands.dtype);
    if (!isSaturating && /^u?int(8|16)$/.test(String(operands.dtype)))
      throw new Error(`has dtype=${JSON.stringify(operands.dtype)}, whose values wrap around, which does not load`);
    return operands;
  },
  run: ({ x, dtype }) => convert(tensorOf(x), dtype, isSaturating),
});

/** The same value everywhere in x's shape. */
const filled = (className: string, value: number): OperationType =>
  unary(
    className,
    (x, { dtype }) => tf.fill(x.shape, value, dtype === null ? (x.dtype as "float32") : (typeOf(dtype) as "float32")),
    {
      settings: { dtype: null },
    },
  );

const SAME: Own = { module: NUMPY };

/** Conversions, copies and constants in the shape of a tensor. */
export const CONSTANT: readonly OperationType[] = [
  conversion("Cast", CORE),
  conversion("SaturateCast", CORE, true),
  conversion("Array", NUMPY),
  {
    ...conversion("ConvertToTensor", CORE),
    settings: { dtype: null, sparse: null, ragged: null },
  },
  unary("Copy", (x) => tf.clone(x), SAME),
  {
    ...unary("StopGradient", (x) => x, { module: CORE, parameters: ["variable"] }),
    shape: ({ variable }) => shapeOf(variable),
    run: ({ variable }) => stopGradient(tensorOf(variable)),
  },
  filled("OnesLike", 1),
  filled("ZerosLike", 0),
  // Python's holds anything.
  filled("EmptyLike", 0),
  {
    className: "FullLike",
    module: NUMPY,
    parameters: ["x", "fill_value"],
    settings: { dtype: null },
    shape: ({ x }) => shapeOf(x),
    run: ({ x, fill_value: value, dtype }) => {
      const { shape, dtype: own } = tensorOf(x);
      const type = dtype === null ? own : typeOf(dtype);
      return typeof value === "number"
        ? tf.fill(shape, numberOf(value, "fill_value"), type as "float32")
        : tf.broadcastTo(tf.cast(tensorOf(value), type), shape);
    },
  },
];

/** The same values, of which gradients know nothing. */
const stopGradient = (x: Tensor): Tensor =>
  tf.customGrad((input) => {
    const { shape } = input as Tensor;
    return { value: tf.clone(input as Tensor), gradFunc: () => tf.zeros(shape) };
  })(x);
