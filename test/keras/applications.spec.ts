import { describe, test } from "vitest";
import { expectAsKeras } from "./oracle.js";

const CONVNEXT = `
from keras.src.applications.convnext import ConvNeXt
ConvNeXt([1, 1, 1, 1], [4, 4, 6, 8], weights=None, input_shape=(32, 32, 3), classes=3, name='next')`;

const INCEPTION = `
from keras.src.applications.inception_resnet_v2 import inception_resnet_block
x = L.Input((6, 6, 4))
keras.Model(x, L.GlobalAveragePooling2D()(inception_resnet_block(x, 0.17, 'block35', 1)))`;

const SLICES = `
x = L.Input((6, 4)); y = L.Dense(4)(x)
inner = keras.Sequential([L.Input((6, 4)), L.Dense(2)])
keras.Model(x, [L.Lambda(lambda x: x[:, 1:3], name='middle')(y), L.Lambda(lambda x: x[..., -1, None], name='last')(inner(y)), L.Dense(2)(L.Lambda(lambda x: x[:, 0])(x))])`;

describe("what stock Keras loads again", () => {
  test("layers of keras.applications", { timeout: 300_000 }, () =>
    expectAsKeras([
      { name: "convnext", code: CONVNEXT, formats: ["keras"] },
      { name: "inception", code: INCEPTION, formats: ["keras"], states: true },
    ]),
  );

  test("Lambdas that take slices, as GetItem", { timeout: 120_000 }, () =>
    expectAsKeras([{ name: "slices", code: SLICES }]),
  );
});
