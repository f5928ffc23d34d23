import { setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { beforeAll, describe, expect, test } from "vitest";

await setDevice("cpu:cpu");
const random = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, "float32", seed);
const KERNEL = random([3, 2, 2, 3], 2) as tf.Tensor4D;
const DEEP = random([3, 2, 2, 1], 3) as tf.Tensor4D;

/** A window of 3 by 2 and steps of 2 and 1 over [2, 6, 7, 2], with a margin. */
const WINDOWS: Readonly<Record<string, (x: tf.Tensor4D, pad: number | "valid") => tf.Tensor>> = {
  conv2d: (x, pad) => tf.conv2d(x, KERNEL, [2, 1], pad),
  "fused.conv2d": (x, pad) => tf.fused.conv2d({ x, filter: KERNEL, strides: [2, 1], pad, activation: "relu" }),
  depthwiseConv2d: (x, pad) => tf.depthwiseConv2d(x, DEEP, [2, 1], pad),
  maxPool: (x, pad) => tf.maxPool(x, [3, 2], [2, 1], pad),
  avgPool: (x, pad) => tf.avgPool(x, [3, 2], [2, 1], pad),
};

describe.each(["cpu:cpu", "cpu:wasm"])("on %s", (device) => {
  beforeAll(async () => {
    await setDevice(device);
  });

  test.each(Object.entries(WINDOWS))(
    "%s has the same margin of a number on both axes, with gradients",
    async (name, run) => {
      for (const margin of [0, 1]) {
        if (margin > 0 && name === "avgPool") continue; // counts no margin
        // Above zero, so that no margin is a maximum.
        const x = tf.add(tf.abs(random([2, 6, 7, 2], 1)), 1) as tf.Tensor4D;
        const frame: [number, number][] = [
          [0, 0],
          [margin, margin],
          [margin, margin],
          [0, 0],
        ];
        const wanted = (x: tf.Tensor) => run(tf.pad(x, frame) as tf.Tensor4D, "valid");
        const found = (x: tf.Tensor) => run(x as tf.Tensor4D, margin);
        for (const each of [
          (f: typeof wanted) => f(x),
          (f: typeof wanted) => tf.grad((x) => tf.sum(tf.square(f(x))))(x),
        ]) {
          expect(each(found).shape).toEqual(each(wanted).shape);
          expect(tf.max(tf.abs(tf.sub(each(found), each(wanted)))).dataSync()[0]).toBeLessThan(1e-4);
        }
      }
    },
  );

  const image = (...shape: [number, number, number]) => tf.ones([1, ...shape]) as tf.Tensor4D;
  test.each<[string, RegExp, () => tf.Tensor]>([
    [
      "a filter",
      /^Conv2D: a window of 5 does not fit into 3 values of \[1,3,7,1\]$/,
      () => tf.conv2d(image(3, 7, 1), tf.ones([5, 2, 1, 1]), 1, "valid"),
    ],
    [
      "a filter with a margin",
      /a window of 6 does not fit into 5/,
      () => tf.conv2d(image(3, 7, 1), tf.ones([6, 2, 1, 1]), 1, 1),
    ],
    [
      "a filter with gaps",
      /a window of 5 does not fit into 3/,
      () => tf.conv2d(image(7, 3, 1), tf.ones([3, 3, 1, 1]), 1, "valid", "NHWC", 2),
    ],
    [
      "a filter of channels first",
      /a window of 4 does not fit into 3/,
      () => tf.conv2d(image(1, 7, 3), tf.ones([4, 4, 1, 1]), 1, "valid", "NCHW"),
    ],
    ["a pool", /^MaxPool: a window of 4 does not fit into 3/, () => tf.maxPool(image(3, 3, 1), 4, 1, "valid")],
    [
      "a pool in space",
      /^AvgPool3D: a window of 4 does not fit into 3/,
      () => tf.avgPool3d(tf.ones<tf.Rank.R5>([1, 5, 5, 3, 1]), [1, 1, 4], 1, "valid"),
    ],
  ])("%s that is larger than what it is given is an error", (_, message, run) => {
    expect(run).toThrow(message);
  });

  const whole = (values: number[], shape: number[]) => tf.tensor(values, shape, "int32");
  test.each<[string, RegExp, () => tf.Tensor]>([
    [
      "gathered",
      /^GatherNd: the index \[0,3\] is not within \[2,3\]$/,
      () => tf.gatherND(tf.ones([2, 3]), whole([1, 0, 0, 3], [2, 2])),
    ],
    ["gathered from before", /index \[-1\] is not within/, () => tf.gatherND(tf.ones([2, 3]), whole([-1], [1]))],
    [
      "scattered",
      /^ScatterNd: the index \[-1\] is not within \[3\]$/,
      () => tf.scatterND(whole([-1], [1, 1]), tf.ones([1]), [3]),
    ],
    [
      "updated",
      /^TensorScatterUpdate: the index \[7\]/,
      () => tf.tensorScatterUpdate(tf.ones([3]), whole([7], [1, 1]), tf.ones([1])),
    ],
    ["dense", /^SparseToDense: the index \[3\]/, () => tf.sparseToDense(whole([0, 3], [2]), tf.ones([2]), [3], 0)],
  ])("an index beyond what is %s is an error, not what lies there", (_, message, run) => {
    expect(run).toThrow(message);
  });

  const x = () => tf.ones([2, 3, 4]);
  test.each<[string, RegExp, () => tf.Tensor]>([
    ["an axis twice", /^Transpose takes each axis once, found the axes \[0,0,1\]$/, () => tf.transpose(x(), [0, 0, 1])],
    ["an axis twice, from the end", /^Sum takes each axis once, found the axes \[1,-2\]$/, () => tf.sum(x(), [1, -2])],
    ["another axis", /^Cumsum: the axis 3 is not one of \[2,3,4\]$/, () => tf.cumsum(x(), 3)],
    [
      "a margin below 0",
      /^PadV2: paddings takes whole numbers of at least 0, found -1$/,
      () => tf.pad(tf.ones([4]), [[3, -1]]),
    ],
    ["margins of one axis", /^PadV2: paddings takes 3 values, found \[2,2\]$/, () => tf.pad(x(), [[2, 2]])],
    ["repeats below 0", /^Tile: reps takes whole numbers of at least 0, found -2$/, () => tf.tile(tf.ones([2]), [-2])],
    [
      "half a stride",
      /^Conv2D: strides takes .* at least 1, found 1.5$/,
      () => tf.conv1d(tf.ones<tf.Rank.R3>([1, 6, 2]), tf.ones([2, 2, 1]), 1.5, "valid"),
    ],
    [
      "a window of one axis",
      /^MaxPool: filterSize takes 2 values, found \[2\]$/,
      () => tf.maxPool(image(4, 4, 1), [2] as never, 1, "valid"),
    ],
    ["a window of no size", /^AvgPool: filterSize takes .* found 0$/, () => tf.avgPool(image(4, 4, 1), 0, 1, "same")],
    [
      "a begin and no end",
      /^StridedSlice: end takes 1 values, found \[\]$/,
      () => tf.stridedSlice(tf.ones([4]), [1], [], [1]),
    ],
    [
      "a box of no image",
      /^CropAndResize: the index \[1\] is not within \[1\]$/,
      () => tf.image.cropAndResize(image(4, 4, 1), tf.ones([1, 4]), whole([1], [1]) as tf.Tensor1D, [2, 2]),
    ],
  ])("%s is an error, not what lies beyond", (_, message, run) => {
    expect(run).toThrow(message);
  });

  test("a sum along the axis of a number is an error, not one without an end", () => {
    expect(() => tf.cumsum(tf.scalar(3))).toThrow(/^Cumsum: the axis 0 is not one of \[\]$/);
  });

  test("a depthwise convolution of channels first is an error, as it would be computed as of channels last", () => {
    expect(() => tf.depthwiseConv2d(image(2, 5, 5), tf.ones([2, 2, 2, 1]), 1, "valid", "NCHW")).toThrow(
      /takes channels that come last, found NCHW: tf.transpose/,
    );
  });

  test.each<[string, tf.layers.Layer, number[]]>([
    ["depthwise", tf.layers.depthwiseConv2d({ inputShape: [6, 7, 2], kernelSize: 2 }), [5, 6, 2]],
    [
      "transposed in space",
      tf.layers.conv3dTranspose({ inputShape: [3, 3, 3, 2], kernelSize: 2, filters: 2 }),
      [4, 4, 4, 2],
    ],
  ])("a layer of TensorFlow.js that convolves %s trains", async (_, layer, shape) => {
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.sgd(0.01), loss: "meanSquaredError" });
    const [input] = model.inputs as [tf.SymbolicTensor];
    const x = tf.ones([2, ...(input.shape.slice(1) as number[])]);
    const losses: number[] = [];
    for (let step = 0; step < 3; step++) losses.push((await model.trainOnBatch(x, tf.ones([2, ...shape]))) as number);
    expect(losses[2]).toBeLessThan(losses[0] as number);
  });

  test("a dilated convolution without an activation trains, as layers have it", async () => {
    const layer = tf.layers.conv2d({ filters: 3, kernelSize: [3, 2], dilationRate: 2, inputShape: [6, 7, 2] });
    const model = tf.sequential({ layers: [layer, tf.layers.flatten(), tf.layers.dense({ units: 1 })] });
    model.compile({ optimizer: "sgd", loss: "meanSquaredError" });
    const losses: number[] = [];
    for (let step = 0; step < 3; step++)
      losses.push((await model.trainOnBatch(random([4, 6, 7, 2], 5), tf.ones([4, 1]))) as number);
    expect(losses[2]).toBeLessThan(losses[0] as number);
    const [x, bias] = [random([2, 6, 7, 2], 1) as tf.Tensor4D, random([3], 4) as tf.Tensor1D];
    const options = { strides: 1, pad: "same", dilations: 2 } as const;
    const found = tf.grads((filter, bias) =>
      tf.sum(tf.square(tf.fused.conv2d({ x, filter: filter as tf.Tensor4D, bias: bias as tf.Tensor1D, ...options }))),
    )([KERNEL, bias]);
    const wanted = tf.grads((filter, bias) =>
      tf.sum(tf.square(tf.add(tf.conv2d(x, filter as tf.Tensor4D, 1, "same", "NHWC", 2), bias))),
    )([KERNEL, bias]);
    for (const [i, gradient] of found.entries())
      expect(tf.max(tf.abs(tf.sub(gradient, wanted[i] as tf.Tensor))).dataSync()[0]).toBeLessThan(1e-4);
  });

  test("sums and products along an axis from the end are those along it from the front", async () => {
    const x = tf.tensor1d([1, 2, 3, 4, 5]);
    expect(await tf.cumsum(x, -1).array()).toEqual([1, 3, 6, 10, 15]);
    expect(await tf.cumprod(x, -1).array()).toEqual([1, 2, 6, 24, 120]);
    expect(
      await tf
        .grad((x) => tf.sum(tf.cumsum(x, -1)))(x)
        .array(),
    ).toEqual([5, 4, 3, 2, 1]);
    const rows = tf.tensor2d([
      [1, 2],
      [3, 4],
    ]);
    expect(await tf.cumsum(rows, -2).array()).toEqual([
      [1, 2],
      [4, 6],
    ]);
  });
});
