import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KerasContainer, StoredGroup } from "../../sdk/dist/keras/file/container.js";
import { withContainer } from "../../sdk/dist/keras/file/read-container.js";
import { runPython } from "../python.js";

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const folder = mkdtempSync(join(tmpdir(), "litlab-hostile-"));
const SECONDS = 5;
const MEMORY = 2 ** 30;

/** What the reader under test makes of a file. */
const open = (source: string | Uint8Array): Promise<unknown> => withContainer(source, everythingOf);

async function everythingOf({ config, compiled, major, layout, weights, read }: KerasContainer): Promise<unknown> {
  const list = async ({ texts, groups, arrays }: StoredGroup): Promise<unknown> => {
    const values: unknown[] = [];
    for (const [name, array] of arrays) values.push([name, array.shape, await read(array)]);
    for (const [name, group] of groups) values.push([name, await list(group)]);
    return { texts: [...texts], values };
  };
  return { config, compiled, major, layout, weights: await list(weights) };
}

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

let models: { readonly name: string; readonly bytes: Uint8Array; readonly whole: unknown }[];

beforeAll(async () => {
  console.log(`hostile files of SEED=${seed}`);
  await runPython(MODELS, [folder, String(seed)]);
  models = [];
  for (const name of readdirSync(folder)) {
    const bytes = new Uint8Array(readFileSync(join(folder, name)));
    models.push({ name, bytes, whole: await open(bytes) });
  }
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** mulberry32: whole numbers below `below`. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Mutation = (bytes: Uint8Array, random: (below: number) => number) => Uint8Array;

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
  const change = KINDS[random(KINDS.length)] as Mutation;
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
  ".keras": { of: /\.keras$/, count: 1000, mutate: [...KINDS, changeDirectory], same: true },
  ".keras with other entries": {
    of: /\.keras$/,
    count: 200,
    mutate: [swapEntries, changeEntry, changeEntry],
    same: false,
  },
  ".h5": { of: /[^s]\.h5$/, count: 500, mutate: KINDS, same: false },
  ".weights.h5": { of: /\.weights\.h5$/, count: 300, mutate: KINDS, same: false },
};

describe("2,000 mutations end in a LitModelError or a model, in time and memory", () => {
  test.each(Object.entries(CASES))("%s", { timeout: 600_000 }, async (_, { of, count, mutate, same }) => {
    const random = randomOf(seed);
    const chosen = models.filter(({ name }) => of.test(name));
    let loaded = 0;
    let slowest = 0;
    let slowestWhole = 0;
    const timed = async (bytes: Uint8Array) => {
      const began = performance.now();
      const result = await open(bytes).catch((error: unknown) => error);
      return { result, ms: performance.now() - began };
    };
    const fuzz = async (n: number) => {
      const { name, bytes, whole } = chosen[random(chosen.length)] as (typeof models)[number];
      const changed = (mutate[random(mutate.length)] as Mutation)(bytes, random);
      const where = `SEED=${seed}, mutation ${n} of ${name}`;
      const { result, ms } = await timed(changed);
      slowest = Math.max(slowest, ms);
      if (result instanceof Error) expect(result.name, `${where}: ${result.stack}`).toBe("LitModelError");
      else loaded++;
      if (same && !(result instanceof Error)) expect(result, where).toEqual(whole);
      if (n % 25 !== 0) return;
      const control = await timed(bytes);
      expect(control.result, `${name} as it is`).toEqual(whole);
      slowestWhole = Math.max(slowestWhole, control.ms);
    };
    let next = 0;
    const run = async () => {
      while (next < count) await fuzz(next++);
    };
    await Promise.all([run(), run(), run()]);
    console.log(
      `${loaded} of ${count} load; slowest ${Math.round(slowest)} ms, of a whole file ${Math.round(slowestWhole)} ms`,
    );
    expect(loaded).toBeGreaterThan(0);
    expect(slowest).toBeLessThan(1000 * SECONDS + 2 * slowestWhole);
    expect(1024 * process.resourceUsage().maxRSS).toBeLessThan(MEMORY);
  });
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

test("HDF5 files that h5py makes to hurt are refused by what they do", { timeout: 300_000 }, async () => {
  const made = mkdtempSync(join(folder, "made-"));
  await runPython("test/keras/make-hostile-files.py", [made]);
  expect(new Set(readdirSync(made))).toEqual(new Set(Object.keys(REFUSED).map((name) => `${name}.h5`)));
  for (const [name, message] of Object.entries(REFUSED)) {
    const path = join(made, `${name}.h5`);
    const error = (await open(path).catch((reason: unknown) => reason)) as Error;
    expect(error.name, `${name}: ${error.message}`).toBe("LitModelError");
    expect(error.message).toMatch(message);
    expect(error.message).toContain(path);
  }
  expect(1024 * process.resourceUsage().maxRSS).toBeLessThan(MEMORY);
});

test("an entry of a zip cannot be read with another's content", async () => {
  const { bytes } = models.find(({ name }) => name === "sequential.keras") as (typeof models)[number];
  const path = join(folder, "overlap.keras");
  const changed = Buffer.from(bytes);
  const directory = changed.indexOf("PK\u0001\u0002");
  const second = changed.indexOf("PK\u0001\u0002", directory + 4);
  changed.copy(changed, second + 42, directory + 42, directory + 46);
  writeFileSync(path, changed);
  await expect(open(path)).rejects.toThrow(/entry 'config\.json' is described in two ways/);
});
