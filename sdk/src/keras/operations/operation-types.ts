import { ACTIVATION } from "./activation.js";
import { ARITHMETIC } from "./arithmetic.js";
import { BITS } from "./bits.js";
import { COMPARISON } from "./comparison.js";
import { CONSTANT } from "./constant.js";
import { CTC } from "./ctc.js";
import { FACTORS } from "./factors.js";
import { IMAGES } from "./images.js";
import { INDEXING } from "./indexing.js";
import { LINEAR_ALGEBRA } from "./linear-algebra.js";
import { LOSSES } from "./losses.js";
import { MATRICES } from "./matrices.js";
import { NEURAL } from "./nn.js";
import type { OperationType } from "./operation-type.js";
import { RANGES } from "./ranges.js";
import { REDUCTION } from "./reduction.js";
import { SCATTER } from "./scatter.js";
import { SHAPE } from "./shape.js";
import { SPECTRAL } from "./spectral.js";
import { STATISTICS } from "./statistics.js";
import { WARP } from "./warp.js";

/** Every operation that loads, by its class name. */
export const OPERATION_TYPES: ReadonlyMap<string, OperationType> = new Map(
  [
    ...ACTIVATION,
    ...ARITHMETIC,
    ...BITS,
    ...COMPARISON,
    ...CONSTANT,
    ...CTC,
    ...FACTORS,
    ...IMAGES,
    ...INDEXING,
    ...LINEAR_ALGEBRA,
    ...LOSSES,
    ...MATRICES,
    ...NEURAL,
    ...RANGES,
    ...REDUCTION,
    ...SCATTER,
    ...SHAPE,
    ...SPECTRAL,
    ...STATISTICS,
    ...WARP,
  ].map((type) => [type.className, type]),
);
