import { ACTIVATION } from "./activation.js";
import { ARITHMETIC } from "./arithmetic.js";
import { COMPARISON } from "./comparison.js";
import { CONSTANT } from "./constant.js";
import { INDEXING } from "./indexing.js";
import { LINEAR_ALGEBRA } from "./linear-algebra.js";
import { NEURAL } from "./nn.js";
import type { OperationType } from "./operation-type.js";
import { REDUCTION } from "./reduction.js";
import { SHAPE } from "./shape.js";

/** Every operation that loads, by its class name. */
export const OPERATION_TYPES: ReadonlyMap<string, OperationType> = new Map(
  [
    ...ACTIVATION,
    ...ARITHMETIC,
    ...COMPARISON,
    ...CONSTANT,
    ...INDEXING,
    ...LINEAR_ALGEBRA,
    ...NEURAL,
    ...REDUCTION,
    ...SHAPE,
  ].map((type) => [type.className, type]),
);
