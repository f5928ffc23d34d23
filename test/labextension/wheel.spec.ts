import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify, stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../python.js";

const PYTHON = join(ROOT, ".venv/bin/python");
const OURS = "share/jupyter/labextensions/@litlab/labextension";
const { version } = JSON.parse(readFileSync(join(ROOT, "labextension/package.json"), "utf8")) as { version: string };

/** Runs a program without a package index; what it printed. */
async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(program, args, {
    cwd: ROOT,
    env: { ...process.env, PIP_NO_INDEX: "1", PIP_DISABLE_PIP_VERSION_CHECK: "1", ...env },
  });
  return stripVTControlCharacters(stdout + stderr);
}

let folder: string;
let wheel: string;
let content: string;
/** The wheel's files, by path in it. */
let files: ReadonlyMap<string, string>;

const filesBelow = (path: string) =>
  readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(path, name)).isFile());

/** The one file whose path ends so. */
function file(end: string): string {
  const found = [...files].filter(([path]) => path.endsWith(`/${end}`));
  expect(found, end).toHaveLength(1);
  return found[0]?.[1] ?? "";
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "litlab-wheel-"));
  wheel = (await run(process.execPath, ["scripts/wheel.mjs", folder])).trim();
  content = join(folder, "content");
  await run(PYTHON, ["-m", "zipfile", "-e", wheel, content]);
  files = new Map(filesBelow(content).map((path) => [path, readFileSync(join(content, path), "utf8")]));
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the wheel has package.json's version and holds the prebuilt extension, under 6 MB", () => {
  expect(basename(wheel)).toBe(`litlab_labextension-${version}-py3-none-any.whl`);
  expect(file("METADATA")).toContain(`\nVersion: ${version}\n`);
  const packed = JSON.parse(file("labextension/package.json")) as { jupyterlab: { _build: { load: string } } };
  expect(file(packed.jupyterlab._build.load)).toContain("_JUPYTERLAB");
  const bytes = filesBelow(content).reduce((sum, path) => sum + statSync(join(content, path)).size, 0);
  expect(bytes).toBeLessThan(6e6);
});

test("it holds neither source maps nor paths of this machine", () => {
  for (const [path, text] of files) {
    expect(path).not.toMatch(/\.map$/);
    expect(text, path).not.toMatch(/sourceMappingURL=[\w./-]+\.map/);
    for (const found of [ROOT, homedir(), folder]) expect(text.includes(found), `${path} has ${found}`).toBe(false);
  }
});

/** What these depend on serves builds, and is not in the page. */
const BUILDS = /-loader$|^react$/;

/** A package as the extension finds it. */
function read(name: string): { place: string; dependencies: readonly string[] } {
  const places = ["labextension/node_modules", "node_modules"].map((place) => join(ROOT, place, name));
  const place = places.find((path) => existsSync(path));
  if (place === undefined) throw new Error(`${name} is not installed`);
  const { dependencies = {} } = JSON.parse(readFileSync(join(place, "package.json"), "utf8")) as {
    dependencies?: Record<string, string>;
  };
  return { place, dependencies: Object.keys(dependencies).filter((other) => !other.startsWith("@types/")) };
}

test("it holds the licences of itself and of every package that it bundles, also of those below them", () => {
  expect(file("licenses/dist/LICENSE")).toBe(readFileSync(join(ROOT, "LICENSE"), "utf8"));
  const licenses = file("licenses/dist/THIRD-PARTY-LICENSES");
  const names = [...licenses.matchAll(/^={100}\n(\S+) \S+ \(.+\)$/gm)].map(([, name = ""]) => name);
  expect(names).toEqual(expect.arrayContaining(["plotly.js-finance-dist-min", "elkjs", "@xyflow/react"]));
  for (const name of names) {
    const { place, dependencies } = read(name);
    const license = readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry)) ?? "";
    expect(licenses, name).toContain(readFileSync(join(place, license), "utf8").replaceAll("\r", "").trim());
    if (!BUILDS.test(name)) expect(names, name).toEqual(expect.arrayContaining([...dependencies]));
  }
});

test("pip installs it without a network into a fresh environment and takes all of it away", {
  timeout: 300_000,
}, async () => {
  const venv = join(folder, "venv");
  const extensions = join(venv, "share/jupyter/labextensions");
  const listed = () =>
    run(join(ROOT, ".venv/bin/jupyter"), ["labextension", "list"], { JUPYTER_PATH: join(venv, "share/jupyter") });
  await run(PYTHON, ["-m", "venv", venv]);
  const pip = (...args: string[]) => run(join(venv, "bin/python"), ["-m", "pip", ...args]);
  for (let time = 0; time < 2; time++) {
    await pip("install", "--no-deps", "--force-reinstall", wheel);
    const installed = filesBelow(join(venv, OURS)).sort();
    const packed = filesBelow(join(content, `litlab_labextension-${version}.data/data`, OURS)).sort();
    expect(installed).toEqual(packed);
  }
  expect(await listed()).toMatch(
    new RegExp(`${extensions}\n\\s+@litlab/labextension v${version} enabled OK \\(python, litlab-labextension\\)\n`),
  );
  await pip("uninstall", "--yes", "litlab-labextension");
  expect(filesBelow(join(venv, "share"))).toEqual([]);
  expect(await listed()).not.toContain(extensions);
});
