import { execFile } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT, runPython } from "../../../test/python.js";

/** Real Keras models: `one` input [4] and output [2], `two` inputs [3, 2] and [1] with one output. */
const MODELS = `
import sys, keras
from keras import layers
folder = sys.argv[1]
keras.utils.set_random_seed(1)
x = keras.Input((4,), name="x")
one = keras.Model(x, layers.Dense(2, name="y")(x))
one.save(folder + "/one.keras")
one.save(folder + "/one.h5")
a, b = keras.Input((3, 2), name="a"), keras.Input((1,), name="b")
both = layers.Concatenate()([layers.Flatten()(a), b])
keras.Model([a, b], layers.Dense(1, name="end")(both)).save(folder + "/two.keras")
`;

/** A fresh folder with `one.keras`, `one.h5` and `two.keras` of real Keras, readable for every user. */
export async function makeModels(): Promise<string> {
  const folder = freshFolder();
  await runPython(MODELS, [folder]);
  return folder;
}

export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "litlab-vault-"));
  chmodSync(folder, 0o755);
  return folder;
}

/** Every file under a folder with its size, sorted. */
export function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return entries
    .map((name) => `${name} ${statSync(join(folder, name)).isFile() ? statSync(join(folder, name)).size : "/"}`)
    .sort();
}

/** Starts a Node process on the built SDK. `code` sees `importModel`, `getVaultItems`, `VaultItem` and `args`. */
export function startNode(code: string, home: string, args: readonly string[], limitKib?: number) {
  const module = (name: string) => JSON.stringify(`file://${ROOT}/sdk/dist/vault/${name}.js`);
  const program = `
    const { importModel } = await import(${module("import-model")});
    const { getVaultItems } = await import(${module("get-vault-items")});
    const { VaultItem } = await import(${module("vault-item")});
    const args = process.argv.slice(1);
    ${code}`;
  const node = [process.execPath, "--input-type=module", "-e", program, ...args];
  // With the signal ignored, a file over the limit is an error of write, as on a full disk.
  const shell = limitKib === undefined ? 'exec "$@"' : `trap "" XFSZ; ulimit -f ${limitKib}; exec "$@"`;
  let settle: (output: string) => void;
  const output = new Promise<string>((resolve) => {
    settle = resolve;
  });
  const env = { ...process.env, LIT_HOME: home };
  const child = execFile("bash", ["-c", shell, "bash", ...node], { env }, (_error, stdout, stderr) =>
    settle(stdout.trim() || stderr),
  );
  return { child, output };
}

/** Runs as a user whom permissions bind, also where the tests run as root. */
export async function asUser<T>(run: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await run();
  process.seteuid?.(65534);
  try {
    return await run();
  } finally {
    process.seteuid?.(0);
  }
}
