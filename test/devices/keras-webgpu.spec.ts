import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import type { Packed } from "../keras/oracle.js";
import { ROOT } from "../python.js";
import { hasSwiftshader, SWIFTSHADER } from "./swiftshader.js";

/** A model's file, what it is given, and what Keras makes of that. */
interface Case {
  readonly file: string;
  readonly inputs: readonly Partial<Packed>[];
  readonly outputs: readonly Omit<Packed, "dtype">[];
}

interface Answer {
  readonly file: string;
  readonly outputs?: readonly Omit<Packed, "dtype">[];
  readonly error?: string;
}

const FIXTURES = join(ROOT, "test/keras/fixtures");

const unpacked = mkdtempSync(join(tmpdir(), "litlab-keras-"));
afterAll(() => rmSync(unpacked, { recursive: true, force: true }));

/** The models of a folder that have a record of what they predict. */
function casesIn(path: string): Case[] {
  const names = readdirSync(path);
  return names
    .filter((name) => /(?<!\.weights)\.(keras|h5)(\.gz)?$/.test(name))
    .flatMap((name) => {
      const record = name.replace(/\.(keras|h5)(\.gz)?$/, ".json");
      if (!names.includes(record)) return [];
      const { inputs, outputs } = JSON.parse(readFileSync(join(path, record), "utf8")) as Partial<Case>;
      if (!inputs || !outputs) return [];
      if (!name.endsWith(".gz")) return [{ file: join(path, name), inputs, outputs }];
      const file = join(unpacked, name.slice(0, -".gz".length));
      writeFileSync(file, gunzipSync(readFileSync(join(path, name))));
      return [{ file, inputs, outputs }];
    });
}

async function predict(cases: readonly Case[]): Promise<Answer[]> {
  const child = spawn(process.execPath, [join(ROOT, "test/devices/predict.mjs"), "webgpu"], {
    env: { ...process.env, ...SWIFTSHADER },
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(cases.map(({ file, inputs }) => ({ file, inputs }))));
  return (await text(child.stdout))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer);
}

if (hasSwiftshader)
  test("the fixtures of Keras predict on webgpu as in Python", { timeout: 480_000 }, async () => {
    const cases = [FIXTURES, join(FIXTURES, "attention"), join(FIXTURES, "versions")].flatMap(casesIn);
    expect(cases.length).toBeGreaterThan(50);
    const answers = await predict(cases);
    const wrong = cases.flatMap(({ file, outputs }, n) => {
      const answer = answers[n];
      if (!answer?.outputs) return [`${file}: ${answer?.error}`];
      return outputs.flatMap(({ values, shape }, k) => {
        const found = answer.outputs?.[k];
        if (String(found?.shape) !== String(shape)) return [`${file}, output ${k}: [${found?.shape}], not [${shape}]`];
        const i = values.findIndex(
          (want, at) => !(Math.abs((found?.values[at] ?? Number.NaN) - want) <= 1e-5 * (1 + Math.abs(want))),
        );
        return i < 0 ? [] : [`${file}, output ${k}, value ${i}: ${found?.values[i]}, not ${values[i]}`];
      });
    });
    expect(wrong).toEqual([]);
  });
else
  test("where Chromium's SwiftShader is missing nothing is predicted on webgpu", () =>
    expect(hasSwiftshader).toBe(false));
