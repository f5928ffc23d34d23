import fc from "fast-check";
import { test } from "vitest";
import { expectAsKeras, SEED } from "./oracle.js";
import { anyFrame, anyPooling, branches, SHAPES } from "./spatial-layers.js";

const KINDS = ["Max", "Average", "GlobalMax", "GlobalAverage", "AdaptiveMax", "AdaptiveAverage"];

test("pooling, padding, cropping and resizing as in Keras", { timeout: 300_000 }, async () => {
  await expectAsKeras([
    {
      name: "masked",
      code: `
x = L.Input((5,), dtype='int32')
mask = L.Input((5,), dtype='int32')
y = L.Embedding(5, 3, mask_zero=True)(x)
keras.Model([x, mask], [
  L.GlobalAveragePooling1D()(y),
  L.GlobalMaxPooling1D()(y),
  L.GlobalAveragePooling1D(keepdims=True)(y, mask=mask),
  L.GlobalAveragePooling1D()(L.AveragePooling1D(2)(y)),
])`,
    },
    branches("open", "(None, 6, 3)", [
      "L.AveragePooling2D((3, 2), padding='same')",
      "L.MaxPooling2D(2)",
      "L.AdaptiveAveragePooling2D(3)",
      "L.ZeroPadding2D(1)",
      "L.Resizing(3, 4, antialias=True)",
      "L.Resizing(7, 3, 'nearest', crop_to_aspect_ratio=True)",
      "L.CenterCrop(3, 3)",
      "L.CenterCrop(8, 3)",
    ]),
    ...SHAPES.map((shape, i) => {
      const axes = i + 1;
      return branches(`layers${axes}`, shape, [
        ...KINDS.map((kind) => `L.${kind}Pooling${axes}D(${kind.startsWith("Global") ? "" : "2"})`),
        ...["UpSampling", "ZeroPadding", "Cropping"].map((kind) => `L.${kind}${axes}D(${kind === "Cropping" ? 1 : 2})`),
        ...fc.sample(anyPooling(axes), { seed: SEED + axes, numRuns: 6 }),
        ...fc.sample(anyFrame(axes), { seed: SEED + axes, numRuns: 4 }),
      ]);
    }),
  ]);
});
