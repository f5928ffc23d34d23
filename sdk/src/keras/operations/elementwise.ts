import { cast, type Tensor } from "../../tf.js";
import { alike, broadcastShape, floatOf, shapeOf, tensorOf } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

export const NUMPY = "keras.src.ops.numpy";
export const MATH = "keras.src.ops.math";
export const CORE = "keras.src.ops.core";
export const NN = "keras.src.ops.nn";

/** What a family's operation says beside what all of the family have. */
export type Own = Partial<Pick<OperationType, "module" | "settings" | "load" | "parameters">>;

/** An operation on each value of x. */
export const unary = (
  className: string,
  compute: (x: Tensor, settings: Operands) => Tensor,
  own: Own = {},
): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["x"],
  shape: ({ x }) => shapeOf(x),
  run: (operands) => compute(tensorOf(operands.x), operands),
  ...own,
});

/** An operation on each value of x as float32. */
export const float = (
  className: string,
  compute: (x: Tensor, settings: Operands) => Tensor,
  own: Own = {},
): OperationType => unary(className, (x, settings) => compute(floatOf(x), settings), own);

/** An operation on pairs of values, broadcast, of their common type. */
export function binary(
  className: string,
  compute: (x1: Tensor, x2: Tensor, settings: Operands) => Tensor,
  own: Own = {},
): OperationType {
  const { parameters = ["x1", "x2"] } = own;
  const [first, second] = parameters as [string, string];
  return {
    className,
    module: NUMPY,
    parameters,
    shape: (operands) => broadcastShape([operands[first], operands[second]].map(shapeOf)),
    run: (operands) => {
      const [x1, x2] = alike([operands[first], operands[second]].map(tensorOf)) as [Tensor, Tensor];
      return compute(x1, x2, operands);
    },
    ...own,
  };
}

/** An operation on pairs of values as float32. */
export const floats = (
  className: string,
  compute: (x1: Tensor, x2: Tensor, settings: Operands) => Tensor,
  own: Own = {},
): OperationType =>
  binary(className, (x1, x2, settings) => compute(cast(x1, "float32"), cast(x2, "float32"), settings), own);

/** bool as whole numbers, as which arithmetic takes them. */
export const countable = (x: Tensor): Tensor => (x.dtype === "bool" ? cast(x, "int32") : x);
