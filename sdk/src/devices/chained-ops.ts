import { createRequire } from "node:module";
import * as tf from "../../tfjs/core.js";

/** Operations that tensors have as methods: `x.add(y)` is `tf.add(x, y)`. */
const METHODS =
  "abs acos acosh add all any argMax argMin asin asinh atan atan2 atanh avgPool batchNorm batchToSpaceND broadcastTo cast ceil clipByValue conv1d conv2d conv2dTranspose cos cosh cumprod cumsum depthToSpace depthwiseConv2d dilation2d div divNoNan dot elu equal erf euclideanNorm exp expandDims expm1 fft floor floorDiv gather greater greaterEqual ifft irfft isFinite isInf isNaN leakyRelu less lessEqual localResponseNormalization log log1p logSigmoid logSoftmax logSumExp logicalAnd logicalNot logicalOr logicalXor matMul max maxPool maximum mean min minimum mirrorPad mod mul neg norm notEqual oneHot onesLike pad pool pow prelu prod reciprocal relu relu6 reshape reverse rfft round rsqrt selu separableConv2d sigmoid sign sin sinh slice softmax softplus spaceToBatchND split sqrt square squaredDifference squeeze step stridedSlice sub sum tan tanh tile topk transpose unique unsortedSegmentSum unstack zerosLike";

type Method = (this: tf.Tensor, ...args: never[]) => unknown;

/** Methods that are no operation of the same name. */
const OTHERS: Readonly<Record<string, Method>> = {
  as1D() {
    return tf.reshape(this, [this.size]);
  },
  as2D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  as3D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  as4D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  as5D(...shape: number[]) {
    return tf.reshape(this, shape);
  },
  asScalar() {
    return tf.reshape(this, []);
  },
  asType(dtype: tf.DataType) {
    return tf.cast(this, dtype);
  },
  concat(others: tf.Tensor | tf.Tensor[], axis?: number) {
    return tf.concat([this, others].flat(), axis);
  },
  flatten() {
    return tf.reshape(this, [this.size]);
  },
  reshapeAs(other: tf.Tensor) {
    return tf.reshape(this, other.shape);
  },
  resizeBilinear(...args: [[number, number], boolean?, boolean?]) {
    return tf.image.resizeBilinear(this as tf.Tensor3D, ...args);
  },
  resizeNearestNeighbor(...args: [[number, number], boolean?, boolean?]) {
    return tf.image.resizeNearestNeighbor(this as tf.Tensor3D, ...args);
  },
  stack(others: tf.Tensor | tf.Tensor[], axis?: number) {
    return tf.stack([this, others].flat(), axis);
  },
  toBool() {
    return tf.cast(this, "bool");
  },
  toFloat() {
    return tf.cast(this, "float32");
  },
  toInt() {
    return tf.cast(this, "int32");
  },
  where(condition: tf.Tensor, other: tf.Tensor) {
    return tf.where(condition, this, other);
  },
};

/**
 * Gives tensors the methods that they have in `@tensorflow/tfjs`, whose tutorials use them and whose layers need some:
 * its packages for Node leave them out, and register theirs from modules that Node cannot load.
 */
export function registerChainedOps(): void {
  // The package's, as some are replaced there.
  const operations: Readonly<Record<string, (...args: unknown[]) => unknown>> = createRequire(import.meta.url)(
    "@tensorflow/tfjs-core",
  );
  const methods = METHODS.split(" ").map((name): [string, Method] => [
    name,
    function (...args) {
      return operations[name]?.(this, ...args);
    },
  ]);
  for (const [name, method] of [...methods, ...Object.entries(OTHERS)])
    Object.defineProperty(tf.Tensor.prototype, name, { value: method, configurable: true, writable: true });
}
