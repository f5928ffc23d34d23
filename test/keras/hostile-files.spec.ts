import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadKeras, loadWeights } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import { unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KerasContainer, StoredGroup } from "../../sdk/dist/keras/file/container.js";
import { withContainer } from "../../sdk/dist/keras/file/read-container.js";
import { guardHeap } from "../devices/guard-heap.mjs";
import { runPython } from "../python.js";
import { loadHostile, oneOf, type Random, randomOf, SEED } from "./hostile.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-hostile-"));

const MODELS = `
import sys, keras, numpy as np
from keras import layers as L
folder, seed = sys.argv[1], int(sys.argv[2])
keras.utils.set_random_seed(seed)
x = L.Input((4, 3))
y = L.BatchNormalization()(L.Dropout(0.5)(L.Dense(3, dtype="bfloat16")(x)))
model = keras.Model(x, L.Dense(2)(L.GRU(3)(y)))
model.compile("adam", "mse")
model.fit(np.ones((8, 4, 3)), np.ones((8, 2)), verbose=0)
sequential = keras.Sequential([L.Input((5,)), L.Dense(4, activation="relu"), L.Dense(1)])
for name, m in (("functional", model), ("sequential", sequential)):
    m.save(f"{folder}/{name}.keras")
    m.save(f"{folder}/{name}.h5")
    m.save_weights(f"{folder}/{name}.weights.h5")
`;

let models: { readonly name: string; readonly bytes: Uint8Array }[];
/** What weights are loaded into. */
const targets = new Map<string, tf.LayersModel>();

beforeAll(async () => {
  console.log(`hostile files of SEED=${SEED}`);
  await tf.ready();
  guardHeap();
  await runPython(MODELS, [folder, String(SEED)]);
  models = readdirSync(folder).map((name) => ({ name, bytes: new Uint8Array(readFileSync(join(folder, name))) }));
  for (const name of ["functional", "sequential"])
    targets.set(`${name}.weights.h5`, await loadKeras(join(folder, `${name}.keras`)));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function load(name: string, bytes: Uint8Array): Promise<tf.LayersModel | undefined> {
  const target = targets.get(name);
  if (!target) return loadKeras(bytes);
  await loadWeights(target, bytes);
  return undefined;
}

/** Everything in a model that its file decides. */
const contentOf = (model: tf.LayersModel): unknown => ({
  layers: model.toJSON(null, false),
  weights: model.weights.map((weight) => [...weight.read().dataSync()]),
  optimizer: model.optimizer?.getConfig(),
});

type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  bits: (bytes, random) => {
    const changed = bytes.slice();
    for (let n = 1 + random(8); n > 0; n--) {
      const at = random(changed.length);
      changed[at] = (changed[at] as number) ^ (1 << random(8));
    }
    return changed;
  },
  bytes: (bytes, random) => {
    const changed = bytes.slice();
    const values = [0, 255, random(256)];
    const start = random(changed.length);
    return changed.fill(values[random(3)] as number, start, start + 1 + random(16));
  },
  cut: (bytes, random) => bytes.slice(0, random(bytes.length)),
  blocks: (bytes, random) => {
    const changed = bytes.slice();
    const size = 8 << random(8);
    const [a, b] = [random(bytes.length - size), random(bytes.length - size)];
    changed.set(bytes.subarray(a, a + size), b);
    changed.set(bytes.subarray(b, b + size), a);
    return changed;
  },
};
const KINDS = Object.values(MUTATIONS);

/** Bits near the end, where a zip's directory lies; some, as the dates, mean nothing to a model. */
const changeDirectory: Mutation = (bytes, random) => {
  const changed = bytes.slice();
  const at = changed.length - 1 - random(250);
  changed[at] = (changed[at] as number) ^ (1 << random(8));
  return changed;
};

/** Entries that take each other's place. */
const swapEntries: Mutation = (bytes, random) => {
  const entries = Object.entries(unzipSync(bytes));
  const by = 1 + random(entries.length - 1);
  const names = entries.map((_, i) => (entries[(i + by) % entries.length] as [string, Uint8Array])[0]);
  return zipSync(Object.fromEntries(entries.map(([, content], i) => [names[i], content])), { level: 0 });
};

/** Entries of which one has changed, with the CRC-32 that fits. */
const changeEntry: Mutation = (bytes, random) => {
  const entries = unzipSync(bytes);
  const names = ["config.json", "model.weights.h5", "model.weights.h5"];
  const name = names[random(3)] as string;
  const change = oneOf(KINDS, random);
  return zipSync(
    { ...entries, [name]: change(entries[name] as Uint8Array, random) },
    { level: random(2) === 0 ? 0 : 6 },
  );
};

interface Case {
  readonly of: RegExp;
  readonly count: number;
  readonly mutate: readonly Mutation[];
  /** What loads is what the file was made from. */
  readonly same: boolean;
}

const CASES: Readonly<Record<string, Case>> = {
  ".keras": { of: /\.keras$/, count: 1400, mutate: [...KINDS, changeDirectory], same: true },
  ".keras with other entries": {
    of: /\.keras$/,
    count: 100,
    mutate: [swapEntries, changeEntry, changeEntry],
    same: false,
  },
  ".h5": { of: /[^s]\.h5$/, count: 250, mutate: KINDS, same: false },
  ".weights.h5": { of: /\.weights\.h5$/, count: 250, mutate: KINDS, same: false },
};

describe("2,000 mutations end in a LitModelError or a model, in time and memory, and leave no tensors", () => {
  test.each(Object.entries(CASES))("%s", { timeout: 600_000 }, async (_, { of, count, mutate, same }) => {
    const random = randomOf(SEED);
    const chosen = models.filter(({ name }) => of.test(name));
    const contents = new Map<string, unknown>();
    for (const { name, bytes } of chosen) {
      const keep = (model: tf.LayersModel) => contents.set(name, contentOf(model));
      expect(await loadHostile(() => load(name, bytes), name, keep), name).toBe(undefined);
    }
    let loaded = 0;
    for (let n = 0; n < count; n++) {
      const { name, bytes } = oneOf(chosen, random);
      const changed = oneOf(mutate, random)(bytes, random);
      const where = `SEED=${SEED}, mutation ${n} of ${name}`;
      const compare = (model: tf.LayersModel) => same && expect(contentOf(model), where).toEqual(contents.get(name));
      if (!(await loadHostile(() => load(name, changed), where, compare))) loaded++;
    }
    console.log(`${loaded} of ${count} load`);
    expect(loaded).toBeGreaterThan(0);
  });
});

test("a changed name, size or shape in the config of an .h5 does not fit its weights", async () => {
  const { bytes } = models.find(({ name }) => name === "sequential.h5") as (typeof models)[number];
  const text = Buffer.from(bytes).toString("latin1");
  const config = text.slice(text.indexOf('{"class_name": "Sequential"'));
  const from = text.length - config.length;
  for (const [found, other] of [
    ['"units": 4', '"units": 5'],
    ['"name": "dense', '"name": "densf'],
    ["null, 5]", "null, 7]"],
    ['"use_bias": true', '"use_bias":false'],
  ] as const) {
    const at = text.indexOf(found, from);
    expect(at, found).toBeGreaterThan(0);
    const changed = Buffer.from(bytes);
    changed.write(other, at, "latin1");
    expect(await loadHostile(() => loadKeras(changed), found), found).toBeInstanceOf(Error);
  }
});

const REFUSED: Readonly<Record<string, RegExp>> = {
  "committed-type": /vars\/1 is neither a group nor an array/,
  complex: /vars\/1 holds values of type compound of 8 bytes, expected numbers/,
  deep: /groups nested deeper than 64 levels/,
  "external-data": /not a readable HDF5 file/,
  "external-link": /vars\/1 is a link to another file/,
  "external-link-to-itself": /vars\/1 is a link to another file/,
  "gzip-bomb": /vars\/1 declares 1073741824 bytes, shape \[268435456\], in a file of \d+/,
  "hard-link-cycle": /vars\/1 is linked twice/,
  "hard-link-to-root": /vars\/1 is linked twice/,
  huge: /vars\/1 declares 4398046511104 bytes/,
  "huge-attribute": /texts of more than|not a readable HDF5 file/,
  "huge-chunked": /vars\/1 declares 4398046511104 bytes/,
  "huge-chunks": /vars\/1 has chunks of 1073741824 bytes, expected at most 67108864/,
  int64: /vars\/1 holds 2147483648, expected numbers of 32 bits/,
  many: /more than 50000 groups and arrays/,
  "many-attributes": /more than 20000 attributes/,
  "many-chunks": /it takes too long to read|not a readable HDF5 file/,
  "no-weights": /no model_config in it, and no weights as Keras stores them; found nothing/,
  nothing: /vars\/1 has no shape/,
  "scale-offset": /vars\/1 is stored with the filter 6/,
  "soft-link": /vars\/1 is a soft link/,
  "soft-link-loop": /vars\/1 is a soft link/,
  texts: /vars\/1 holds values of type string of 4 bytes, expected numbers/,
  "virtual-data": /vars\/1 is put together from other files/,
};

/** Reads every array of a file. */
const readAll = (source: string): Promise<void> =>
  withContainer(source, async ({ weights, read }: KerasContainer) => {
    const readGroup = async ({ groups, arrays }: StoredGroup): Promise<void> => {
      for (const array of arrays.values()) await read(array);
      for (const group of groups.values()) await readGroup(group);
    };
    await readGroup(weights);
  });

test("HDF5 files that h5py makes to hurt are refused by what they do", { timeout: 300_000 }, async () => {
  const made = mkdtempSync(join(folder, "made-"));
  await runPython("test/keras/make-hostile-files.py", [made]);
  expect(new Set(readdirSync(made))).toEqual(new Set(Object.keys(REFUSED).map((name) => `${name}.h5`)));
  for (const [name, message] of Object.entries(REFUSED)) {
    const path = join(made, `${name}.h5`);
    const error = (await readAll(path).catch((reason: unknown) => reason)) as Error;
    expect(error.name, `${name}: ${error.message}`).toBe("LitModelError");
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  }
  expect(process.resourceUsage().maxRSS).toBeLessThan(2 ** 20);
});

test("an entry of a zip cannot be read with another's content", async () => {
  const { bytes } = models.find(({ name }) => name === "sequential.keras") as (typeof models)[number];
  const path = join(folder, "overlap.keras");
  const changed = Buffer.from(bytes);
  const directory = changed.indexOf("PK\u0001\u0002");
  const second = changed.indexOf("PK\u0001\u0002", directory + 4);
  changed.copy(changed, second + 42, directory + 42, directory + 46);
  writeFileSync(path, changed);
  await expect(loadKeras(path)).rejects.toThrow(/entry 'config\.json' is described in two ways/);
});
