import { expect, test } from "vitest";
import { modernizeCompiled } from "./keras-2-compiled.js";
import { loadLearningRate, type Schedule } from "./schedules.js";

test("a rate that decays falls as in Keras 2: by 1 + decay * steps", () => {
  const config = { lr: 0.2, decay: 0.05, momentum: 0.9, nesterov: false };
  const { optimizer } = modernizeCompiled({ optimizer: { class_name: "SGD", config }, loss: "mse" }, 1) as {
    optimizer: { readonly class_name: string; readonly config: Readonly<Record<string, unknown>> };
  };
  expect(optimizer.class_name).toBe("SGD");
  expect(optimizer.config).toMatchObject({ momentum: 0.9 });
  expect(optimizer.config).not.toHaveProperty("decay");
  const rate = loadLearningRate(optimizer.config.learning_rate) as Schedule;
  for (const step of [0, 1, 7, 1000]) expect(rate(step)).toBeCloseTo(0.2 / (1 + 0.05 * step), 7);
});
