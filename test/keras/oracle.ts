import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, saveKeras, setDevice } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { expect } from "vitest";
import { runPython } from "../python.js";

/** A model that real Keras builds, and how it is compared. */
export interface Case {
  readonly name: string;
  /** Python whose last expression is a model; `keras`, `L` (keras.layers), `ops` and `np` are there. */
  readonly code: string;
  /** Default both. Keras does not write operations into `.h5`. */
  readonly formats?: readonly ("keras" | "h5")[];
  /** Whole-number inputs are below this; default 5. */
  readonly below?: number;
  /** Compare the gradients of a training step; default true. Only without randomness in training. */
  readonly train?: boolean;
  /** Compare what a training step makes of the weights that are not trained, moving statistics; default false. */
  readonly states?: boolean;
  /** `initial` keeps Keras' own; default random. */
  readonly weights?: "initial";
  /** What stock Keras computes with when it loads the saved model; default numpy. Some operations differ there. */
  readonly reload?: "numpy" | "jax";
  /** Default 1e-6 and 1e-5. */
  readonly tolerance?: Tolerance;
}

/** |a-b| <= absolute + relative |b|, and what float32 leaves open (`ROUNDINGS`). */
interface Tolerance {
  readonly absolute: number;
  readonly relative: number;
}

export interface Packed {
  readonly shape: number[];
  readonly dtype: "float32" | "int32";
  readonly values: number[];
}

interface Found {
  readonly inputs: Packed[];
  readonly outputs: Packed[];
  readonly parameters: number;
  readonly targets?: Packed[];
  readonly gradients?: Record<string, Packed[]>;
  readonly states?: Record<string, Packed[]>;
  /** How far a value of each array moves at most when weights and inputs move by a rounding. */
  readonly moved: {
    readonly outputs: number[];
    readonly gradients?: Record<string, number[]>;
    readonly states?: Record<string, number[]>;
  };
}

/** What an array may differ by beyond its tolerance: some roundings more, as sums are taken in another order. */
const ROUNDINGS = 8;

/** This run's seed: set `SEED` to repeat one. */
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));

/**
 * Builds the cases with real Keras, loads each file here and compares parameters, predictions and gradients on wasm, cpu and,
 * where it is installed, TensorFlow. Each model is saved again: stock Keras and we load that and predict the same, and saving it once more gives
 * the same bytes.
 */
export async function expectAsKeras(cases: readonly Case[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "litlab-oracle-"));
  try {
    const complete = cases.map((given) => ({ formats: ["keras", "h5"] as const, ...given }));
    console.log(`${cases.length} models of seed ${SEED}`);
    await runPython("test/keras/oracle.py", [], JSON.stringify({ folder, seed: SEED, cases: complete }));
    const { backend: best } = await setDevice("cpu");
    const backends = new Set(["wasm", "cpu", String(best)]);
    for (const given of complete) {
      const found = readNumbers(join(folder, `${given.name}.json`)) as Found;
      for (const format of given.formats)
        for (const backend of backends) {
          await tf.setBackend(backend);
          const file = join(folder, `${given.name}.${format}`);
          const where = `${given.name}.${format} on ${backend}:\n${given.code}`;
          const model = await loadKeras(file).catch((error: Error) => {
            throw new Error(`${where}\n${error.message}`, { cause: error });
          });
          try {
            expect(model.countParams(), where).toBe(found.parameters);
            if (backend === "cpu" && format === given.formats[0]) await expectSaved(model, folder, found, given, where);
            if (format === given.formats[0]) compareGradients(model, found, where);
            if (format === given.formats[0] && given.states) compareStates(model, found, where);
          } finally {
            model.dispose();
          }
        }
    }
    await expectReloaded(folder, complete);
  } finally {
    await tf.setBackend("wasm");
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Saves a model and loads it again here: its predictions and its bytes stay. */
async function expectSaved(
  model: tf.LayersModel,
  folder: string,
  found: Found,
  given: Case,
  where: string,
): Promise<void> {
  const [first, second] = [join(folder, `${given.name}.saved.keras`), join(folder, "again.keras")];
  await saveKeras(model, first);
  const reloaded = await loadKeras(first);
  try {
    await comparePredictions(reloaded, found, given, `saved from ${where}`);
    await saveKeras(reloaded, second);
  } finally {
    reloaded.dispose();
  }
  expect(readFileSync(second).equals(readFileSync(first)), `saved twice from ${where}`).toBe(true);
}

/** Loads what was saved with stock Keras: it predicts as the model that it came from. */
async function expectReloaded(folder: string, cases: readonly Case[]): Promise<void> {
  // numpy compiles nothing: 10 times faster for one prediction a model.
  for (const backend of ["numpy", "jax"] as const) {
    const names = cases.filter(({ reload = "numpy" }) => reload === backend).map(({ name }) => name);
    if (names.length > 0) await runPython("test/keras/reload.py", [], JSON.stringify({ folder, names, backend }));
  }
  for (const { name, code, tolerance } of cases) {
    const { outputs, moved } = readNumbers(join(folder, `${name}.json`)) as Found;
    const reloaded = readNumbers(join(folder, `${name}.reloaded.json`)) as number[][];
    for (const [k, { values }] of outputs.entries())
      compare(
        reloaded[k] ?? [],
        values,
        `stock Keras of the saved ${name}:\n${code}\noutput ${k}`,
        moved.outputs[k],
        tolerance,
      );
  }
}

/** JSON as Python writes it, with NaN and infinities. */
function readNumbers(file: string): unknown {
  const text = readFileSync(file, "utf8").replaceAll(/(?<=[[ ])-?(?:NaN|Infinity)(?=[,\]])/g, '"$&"');
  return JSON.parse(text, (_, value) =>
    typeof value === "string" && /^-?(?:NaN|Infinity)$/.test(value) ? Number(value) : value,
  );
}

export const unpack = ({ values, shape, dtype }: Packed): tf.Tensor => tf.tensor(values, shape, dtype);

async function comparePredictions(model: tf.LayersModel, found: Found, given: Case, where: string): Promise<void> {
  const inputs = found.inputs.map(unpack);
  if (model.stateful) {
    // Its states are made at the first call, and stay.
    tf.dispose(model.predict(inputs));
    model.resetStates();
  }
  const before = tf.memory().numTensors - inputs.length;
  const outputs = [model.predict(inputs)].flat();
  expect(
    outputs.map(({ shape }) => shape),
    where,
  ).toEqual(found.outputs.map(({ shape }) => shape));
  for (const [k, output] of outputs.entries())
    compare(
      await output.data(),
      found.outputs[k]?.values ?? [],
      `${where}\noutput ${k}`,
      found.moved.outputs[k],
      given.tolerance,
    );
  tf.dispose([inputs, outputs]);
  expect(tf.memory().numTensors, `tensors that ${where} left`).toBeLessThanOrEqual(before);
}

function compareGradients(model: tf.LayersModel, found: Found, where: string): void {
  const { gradients, targets, moved } = found;
  if (!gradients || !targets) return;
  tf.tidy(() => {
    const inputs = found.inputs.map(unpack);
    const layers = model.layers.filter((layer) => layer.trainableWeights.length > 0);
    const variables = layers.flatMap((layer) => layer.trainableWeights.map((weight) => weight.read() as tf.Variable));
    const loss = () => {
      const outputs = [model.apply(inputs, { training: true })].flat() as tf.Tensor[];
      const losses = outputs.map((output, k) => tf.mean(tf.squaredDifference(output, unpack(targets[k] as Packed))));
      return tf.addN(losses) as tf.Scalar;
    };
    const { grads } = tf.variableGrads(loss, variables);
    expect(layers.map(({ name }) => name).sort(), where).toEqual(Object.keys(gradients).sort());
    for (const layer of layers)
      for (const [i, weight] of layer.trainableWeights.entries()) {
        const want = gradients[layer.name]?.[i] as Packed;
        const got = grads[(weight.read() as tf.Variable).name];
        expect(got?.shape, `${where}\ngradient ${i} of ${layer.name}`).toEqual(want.shape);
        // A gradient that cancels to 0 keeps the rounding of the terms that cancel.
        const tolerance = { absolute: 1e-6 + 1e-5 * largest(want.values), relative: 1e-5 };
        const rounding = moved.gradients?.[layer.name]?.[i];
        compare(got?.dataSync() ?? [], want.values, `${where}\ngradient ${i} of ${layer.name}`, rounding, tolerance);
      }
  });
}

/** After `compareGradients`, which is a step of training. */
function compareStates(model: tf.LayersModel, { states = {}, moved }: Found, where: string): void {
  for (const layer of model.layers)
    for (const [i, weight] of layer.nonTrainableWeights.entries()) {
      const want = states[layer.name]?.[i]?.values ?? [];
      const rounding = moved.states?.[layer.name]?.[i];
      compare(weight.read().dataSync(), want, `${where}\nstate ${i} of ${layer.name}`, rounding);
    }
}

const largest = (values: readonly number[]): number =>
  values.filter(Number.isFinite).reduce((most, value) => Math.max(most, Math.abs(value)), 0);

function compare(
  found: ArrayLike<number>,
  wanted: readonly number[],
  where: string,
  moved = 0,
  { absolute, relative }: Tolerance = { absolute: 1e-6, relative: 1e-5 },
): void {
  const least = absolute + ROUNDINGS * moved;
  for (const [i, want] of wanted.entries())
    if (!(Math.abs((found[i] as number) - want) <= least + relative * Math.abs(want)) && !Object.is(found[i], want))
      expect(found[i], `${where}, value ${i}`).toBe(want);
}
