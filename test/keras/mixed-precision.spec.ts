import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { expect, test } from "vitest";
import { runPython } from "../python.js";
import { type Case, expectAsKeras } from "./oracle.js";

/** What half precision rounds; bfloat16 has 8 bits of it. */
const within = (limit: number) => ({ absolute: limit, relative: limit });

/** A model of a global policy. JAX has no attention in float16 and no orthogonal matrices in either on a CPU. */
const globally = (policy: string): string => `
keras.config.set_dtype_policy('${policy}')
x = L.Input((6, 5))
y = L.Conv1D(4, 3, padding='same', activation='relu')(x)
y = L.BatchNormalization()(y)
${policy.endsWith("bfloat16") ? "y = L.MultiHeadAttention(2, 3)(y, y)" : ""}
y = L.LayerNormalization()(y)
y = L.Bidirectional(L.LSTM(3, return_sequences=True, recurrent_initializer='zeros'))(y)
y = L.GRU(4, recurrent_initializer='zeros')(y)
y = keras.Sequential([L.Input((4,)), L.Dense(3, activation='gelu')], name='inner')(y)
model = keras.Model(x, [L.Dense(2, activation='softmax', dtype='float32')(y), L.Dense(2)(y + 1)])
keras.config.set_dtype_policy('float32')
model`;

const cases: Case[] = ["mixed_float16", "mixed_bfloat16", "float16", "bfloat16", "float64"].map((policy) => ({
  name: policy,
  code: globally(policy),
  train: false,
  tolerance: within(policy.endsWith("bfloat16") ? 1e-2 : 1e-3),
}));
cases.push({
  name: "layers",
  code: `
x = L.Input((5,))
y = L.Dense(4, dtype='mixed_float16')(x)
y = L.Dense(4, dtype=keras.DTypePolicy('mixed_bfloat16'), activation='tanh')(y)
y = L.BatchNormalization(dtype='float16')(y)
y = L.Activation('relu', dtype='float32')(y)
keras.Model(x, L.Dense(2, dtype='float32')(y))`,
  train: false,
  tolerance: within(1e-2),
});

test("policies of half precision, of a model and of its layers", { timeout: 300_000 }, () => expectAsKeras(cases));

test("training goes on without the scaling of losses", { timeout: 300_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), "litlab-mixed-"));
  try {
    await runPython(
      `
import sys, keras, json, numpy as np
from keras import layers as L
keras.config.set_dtype_policy("mixed_float16")
keras.utils.set_random_seed(1)  # a step whose scaled gradients overflow is skipped: none does here
model = keras.Sequential([L.Input((3,)), L.Dense(4, activation="tanh"), L.Dense(1, dtype="float32")])
model.compile(keras.optimizers.Adam(0.01), "mse")
x, y = np.linspace(-1, 1, 12).reshape(4, 3), np.ones((4, 1))
for _ in range(3): model.train_on_batch(x, y)
model.save(sys.argv[1] + "/model.keras")
losses = [float(model.train_on_batch(x, y)) for _ in range(3)]
json.dump({"losses": losses, "y": model.predict(x, verbose=0).ravel().tolist()}, open(sys.argv[1] + "/after.json", "w"))`,
      [folder],
    );
    const after = JSON.parse(readFileSync(join(folder, "after.json"), "utf8")) as { losses: number[]; y: number[] };
    const model = await loadKeras(join(folder, "model.keras"));
    const [x, y] = [tf.linspace(-1, 1, 12).reshape([4, 3]), tf.ones([4, 1])];
    await model.fit(x, y, { epochs: 3, batchSize: 4 });
    for (const [i, value] of (await (model.predict(x) as tf.Tensor).data()).entries())
      expect(Math.abs(value - (after.y[i] as number))).toBeLessThan(1e-3);
    await saveKeras(model, join(folder, "saved.keras"));
    const found = await runPython(
      `
import sys, keras
optimizer = keras.saving.load_model(sys.argv[1] + "/saved.keras").optimizer
print(type(optimizer).__name__, int(optimizer.iterations))`,
      [folder],
    );
    expect(found.trim()).toBe("Adam 6");
    tf.dispose([x, y]);
    model.dispose();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
