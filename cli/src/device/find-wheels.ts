import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LitError } from "@litlab/sdk";
import { PYTHON_TAG, type Wheel } from "./pins.js";
import { runProgram } from "./run-program.js";

/** A wheel's address at the package index that pip is set up with. */
export interface FoundWheel extends Wheel {
  readonly url: string;
}

const CHECKOUT = fileURLToPath(new URL("../../../.venv/bin/python", import.meta.url));
const MACHINES: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
const LINUX = ["manylinux2014", "manylinux_2_17", "manylinux_2_27", "manylinux_2_28"];

/** A Python that has pip. @throws LitError */
export async function findPython(): Promise<string> {
  const names = [process.env.PYTHON, existsSync(CHECKOUT) ? CHECKOUT : undefined, "python3", "python"];
  for (const name of names)
    if (name && (await runProgram(name, ["-m", "pip", "--version"]).catch(() => null)) !== null) return name;
  throw new LitError("no Python with pip is on the PATH, which finds TensorFlow: sudo apt-get install python3-pip");
}

/** Asks pip where wheels are; nothing is downloaded but what describes them. @throws LitError */
export async function findWheels(python: string, wheels: readonly Wheel[]): Promise<FoundWheel[]> {
  const folder = await mkdtemp(join(tmpdir(), "litlab-pip-"));
  const report = join(folder, "report.json");
  const tag = `${PYTHON_TAG[0]}.${PYTHON_TAG.slice(1)}`;
  const platforms = LINUX.flatMap((name) => ["--platform", `${name}_${MACHINES[process.arch]}`]);
  try {
    await runProgram(python, [
      ...["-m", "pip", "install", "--dry-run", "--ignore-installed", "--no-deps", "--quiet"],
      ...["--disable-pip-version-check", "--only-binary=:all:", "--report", report, "--target", folder],
      ...["--python-version", tag, "--implementation", "cp", "--abi", `cp${PYTHON_TAG}`, ...platforms],
      ...wheels.map(({ name, version }) => `${name}==${version}`),
    ]);
    const { install } = JSON.parse(await readFile(report, "utf8")) as {
      readonly install: readonly {
        readonly metadata: { readonly name: string };
        readonly download_info: { readonly url: string };
      }[];
    };
    return wheels.map((wheel) => {
      const found = install.find(({ metadata }) => metadata.name.replaceAll("_", "-") === wheel.name);
      if (!found) throw new LitError(`pip found no ${wheel.name} ${wheel.version}`);
      return { ...wheel, url: found.download_info.url };
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
