import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { ROOT, runPython } from "../python.js";
import { type DisplayExpected, type Expected, readPrograms, type TextExpected } from "./programs.js";

/** Another kernel to compare with: a kernelspec's name, or a command line with {connection_file}. */
const KERNEL = process.env.KERNEL_UNDER_TEST ?? "litlab";

interface Output {
  readonly type: string;
  readonly name?: string;
  readonly text?: string;
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
  readonly data?: Readonly<Record<string, unknown>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly transient?: { readonly display_id?: string };
}

interface Cell {
  readonly status: string | null;
  readonly count: number | null;
  readonly outputs: readonly Output[];
}

interface Result {
  readonly cells: readonly Cell[];
  readonly failure: string | null;
}

const programs = readPrograms();
let results: readonly Result[];

beforeAll(async () => {
  vi.stubEnv("JUPYTER_PATH", join(ROOT, ".venv/share/jupyter"));
  const folder = join(ROOT, ".cache/conformance");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  results = JSON.parse(await runPython("test/kernel/run_programs.py", [KERNEL, folder], JSON.stringify(programs)));
}, 900_000);

describe.each([...new Set(programs.map(({ file }) => file))])("%s", (file) => {
  for (const [index, program] of programs.entries()) {
    if (program.file !== file) continue;
    test(program.title, () => {
      const { cells, failure } = results[index] as Result;
      let count = 0;
      for (const step of program.steps) {
        if (step.kind !== "cell") continue;
        const cell = cells[count++];
        const where = `cell ${count} (${file}:${step.line}) ${step.code.slice(0, 200)}`;
        expect(cell?.status, `${where}: ${failure}`).toBeTypeOf("string");
        if (cell) checkCell(cell, step.expected, step.code, where);
      }
      expect(failure).toBeNull();
    });
  }
});

function checkCell(cell: Cell, expected: Expected, code: string, where: string): void {
  const of = (...types: string[]) => cell.outputs.filter(({ type }) => types.includes(type));
  checkError(of("error")[0], expected, cell.count, where);
  for (const name of ["stdout", "stderr"] as const) checkText(textOf(cell, name), expected[name], code, where);
  checkResult(of("execute_result")[0]?.data, expected, where);
  checkDisplays(of("display_data", "update_display_data"), expected.displays, where);
  expect([of("execute_result").length, of("error").length, cell.status], `${where}: results, errors, status`).toEqual([
    expected.value === undefined && !expected.html && !expected.bundle ? 0 : 1,
    expected.error || expected.diagnostics ? 1 : 0,
    expected.error || expected.diagnostics ? "error" : "ok",
  ]);
}

function textOf(cell: Cell, name: string): string {
  return cell.outputs.map((output) => (output.type === "stream" && output.name === name ? output.text : "")).join("");
}

function checkError(error: Output | undefined, expected: Expected, count: number | null, where: string): void {
  const wanted = Boolean(expected.error ?? expected.diagnostics);
  const trace = stripVTControlCharacters([error?.ename, error?.evalue, ...(error?.traceback ?? [])].join("\n"));
  expect(error !== undefined, `${where}: ${wanted ? "an error" : `no error: ${trace}`}`).toBe(wanted);
  const [first, ...parts] = expected.error ?? [];
  if (first && first !== "*") expect(`${error?.ename}: ${error?.evalue}`, where).toBe(first);
  for (const part of parts)
    if (part.startsWith("!")) expect(trace, where).not.toContain(part.slice(1));
    else expect(trace, where).toContain(part);
  for (const line of expected.diagnostics ?? []) {
    const [position, code, ...message] = line.split(" ");
    for (const part of [`Cell[${count}]:${position}`, code, message.join(" ")]) expect(trace, where).toContain(part);
  }
}

function checkText(text: string, expected: TextExpected | undefined, code: string, where: string): void {
  if (expected?.how === "part") for (const line of expected.text.split("\n")) expect(text, where).toContain(line);
  else expect(text, where).toBe(expected?.how === "node" ? printedByNode(code) : (expected?.text ?? ""));
}

function printedByNode(code: string): string {
  return execFileSync(process.execPath, ["--input-type=module"], { input: code, env: { NO_COLOR: "1" } }).toString();
}

/** Other kernels' text/plain may differ in colours, quotes and line breaks; ours is what util.inspect gives. */
const comparable = (text: unknown) =>
  KERNEL === "litlab" || typeof text !== "string"
    ? text
    : stripVTControlCharacters(text).replaceAll(/\s+/g, "").replaceAll(/["'`]/g, "'");

function checkResult(data: Output["data"], expected: Expected, where: string): void {
  if (expected.value !== undefined) expect(comparable(data?.["text/plain"]), where).toBe(comparable(expected.value));
  if (expected.bundle || data) expect(data?.["text/plain"], `${where}: text/plain`).toEqual(expect.any(String));
  const html = String(data?.["text/html"] ?? "");
  for (const part of expected.html ?? [])
    if (part.startsWith("!")) expect(html, where).not.toContain(part.slice(1));
    else expect(html, where).toContain(part);
  for (const [mime, value] of Object.entries(expected.bundle ?? {}))
    expect(comparable(data?.[mime] ?? null), `${where}: ${mime}`).toEqual(comparable(value));
}

function checkDisplays(displays: readonly Output[], expected: readonly DisplayExpected[], where: string): void {
  expect(displays.length, `${where}: displays`).toBe(expected.length);
  for (const [i, { data, metadata, id, update }] of expected.entries()) {
    const got = displays[i];
    for (const [mime, value] of Object.entries(data))
      expect(comparable(got?.data?.[mime]), `${where}: ${mime}`).toEqual(comparable(value));
    if (metadata) expect(got?.metadata, where).toEqual(metadata);
    if (id !== undefined) expect(got?.transient?.display_id, where).toBe(id);
    if (update !== undefined) expect(got?.type, where).toBe(update ? "update_display_data" : "display_data");
  }
}
