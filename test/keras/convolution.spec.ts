import * as tf from "@litlab/sdk/tf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { expectAsKeras, SEED } from "./oracle.js";
import { anyConvolution, branches, SHAPES } from "./spatial-layers.js";

test("convolutions as in Keras", { timeout: 300_000 }, async () => {
  await expectAsKeras([
    branches("open", "(None, 4)", [
      "L.Conv1D(3, 2, padding='causal', dilation_rate=4)",
      "L.Conv1DTranspose(3, 3, strides=2, padding='same')",
      "L.SeparableConv1D(3, 2, activation='relu', activity_regularizer='l2')",
    ]),
    branches("stride_over_size", "(6, 7, 4)", [
      "L.Conv2D(3, (2, 1), strides=(1, 3), padding='same')",
      "L.DepthwiseConv2D((1, 3), strides=3, padding='same')",
      "L.Conv2DTranspose(2, 2, strides=3, padding='same', output_padding=1)",
    ]),
    ...SHAPES.map((shape, i) => {
      const axes = i + 1;
      const kinds = ["Conv#D(3, 2)", "Conv#DTranspose(3, 2)", "DepthwiseConv#D(2)", "SeparableConv#D(3, 2)"];
      return branches(`layers${axes}`, shape, [
        ...kinds.slice(0, axes === 3 ? 2 : 4).map((kind) => `L.${kind.replace("#", `${axes}`)}`),
        ...fc.sample(anyConvolution(axes), { seed: SEED + axes, numRuns: axes === 3 ? 5 : 8 }),
      ]);
    }),
  ]);
});

interface Slide {
  readonly size: readonly [number, number];
  readonly strides: [number, number];
  readonly dilations: [number, number];
  readonly pad: "valid" | "same";
}

const pair = (max: number) => fc.tuple(fc.integer({ min: 1, max }), fc.integer({ min: 1, max }));

const slide: fc.Arbitrary<Slide> = fc
  .record({
    size: pair(3),
    steps: pair(3),
    isDilated: fc.boolean(),
    pad: fc.constantFrom("valid" as const, "same" as const),
  })
  .map(({ size, steps, isDilated, pad }) => {
    const one: [number, number] = [1, 1];
    // wasm's "same" is wrong where the stride is longer than the kernel.
    const strides = steps.map((step, i) => Math.min(step, size[i] as number)) as [number, number];
    return { size, strides: isDilated ? one : strides, dilations: isDilated ? steps : one, pad };
  });

/** The gradients of a sum of weighted outputs. */
const gradients = (run: (...tensors: tf.Tensor[]) => tf.Tensor, tensors: tf.Tensor[]): tf.Tensor[] =>
  tf.grads((...given) => {
    const output = run(...given);
    const weights = tf.reshape(tf.cos(tf.range(0, output.size)), output.shape);
    return tf.sum(tf.mul(output, weights));
  })(tensors);

/** The kernel with its dilation's zeros, one product a position: what a convolution means. */
function slowly(x: tf.Tensor4D, kernel: tf.Tensor4D, { size, strides, dilations, pad }: Slide, isDepthwise: boolean) {
  const { padInfo, outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
    x.shape,
    kernel.shape,
    strides,
    dilations,
    pad,
    undefined,
    isDepthwise,
  );
  const padded = tf.pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom + 9],
    [padInfo.left, padInfo.right + 9],
    [0, 0],
  ]);
  const rows = (count: number, step: number, start: number) =>
    tf.tensor1d(
      Array.from({ length: count }, (_, i) => start + i * step),
      "int32",
    );
  const parts = Array.from({ length: size[0] * size[1] }, (_, k) => {
    const [i, j] = [Math.floor(k / size[1]), k % size[1]];
    const down = tf.gather(padded, rows(outHeight, strides[0], i * dilations[0]), 1);
    const seen = tf.gather(down, rows(outWidth, strides[1], j * dilations[1]), 2);
    const weights = tf.reshape(tf.slice(kernel, [i, j, 0, 0], [1, 1, -1, -1]), kernel.shape.slice(2));
    const products = tf.mul(tf.expandDims(seen, -1), weights);
    return isDepthwise ? tf.reshape(products, [...seen.shape.slice(0, 3), -1]) : tf.sum(products, 3);
  });
  return tf.addN(parts);
}

test("tfjs' convolutions have the gradients of what they compute, on wasm and cpu", { timeout: 60_000 }, async () => {
  await tf.ready();
  const cases = fc.sample(fc.tuple(slide, fc.boolean()), { seed: SEED, numRuns: 20 });
  for (const backend of ["wasm", "cpu"]) {
    await tf.setBackend(backend);
    for (const [given, isDepthwise] of cases) {
      const { size, strides, dilations, pad } = given;
      tf.tidy(() => {
        const tensors: [tf.Tensor4D, tf.Tensor4D] = [
          tf.randomNormal([2, 7, 8, 3], 0, 1, "float32", SEED),
          tf.randomNormal([...size, 3, 2], 0, 1, "float32", SEED + 1),
        ];
        const convolve = isDepthwise ? tf.depthwiseConv2d : tf.conv2d;
        const found = gradients(
          (x, kernel) => convolve(x as tf.Tensor4D, kernel as tf.Tensor4D, strides, pad, "NHWC", dilations),
          tensors,
        );
        const wanted = gradients(
          (x, kernel) => slowly(x as tf.Tensor4D, kernel as tf.Tensor4D, given, isDepthwise),
          tensors,
        );
        for (const [i, gradient] of found.entries()) {
          const distance = tf.max(tf.abs(tf.sub(gradient, wanted[i] as tf.Tensor))).dataSync()[0];
          expect(distance, `${backend} ${JSON.stringify({ ...given, isDepthwise })}`).toBeLessThan(1e-4);
        }
      });
    }
  }
  await tf.setBackend("wasm");
});

test("equal extremes share their gradient, and padding is not averaged", async () => {
  await tf.ready();
  for (const backend of ["wasm", "cpu"]) {
    await tf.setBackend(backend);
    const largest = tf.grad((x) => tf.max(x, 1))(
      tf.tensor2d([
        [1, 3, 3],
        [0, 0, 0],
      ]),
      tf.tensor1d([4, 6]),
    );
    expect(await largest.array()).toEqual([
      [0, 2, 2],
      [2, 2, 2],
    ]);
    const ones = tf.ones([1, 2, 2, 1]);
    const mean = tf.grad((x) => tf.avgPool(x as tf.Tensor4D, 2, 1, "same"))(ones, ones);
    expect(await tf.reshape(mean, [4]).array()).toEqual([0.25, 0.75, 0.75, 2.25]);
  }
  await tf.setBackend("wasm");
});
