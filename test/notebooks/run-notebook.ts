import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "../python.js";

export interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly execution_count?: number;
}

export interface CodeCell {
  readonly cell_type: string;
  readonly source: string;
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}

/** A notebook of `notebooks/` as it is saved after it has run. */
export interface ExecutedNotebook {
  /** The kernelspec that ran it. */
  readonly kernel: string;
  readonly code: readonly CodeCell[];
}

/** Runs a notebook of `notebooks/` headless on a home. */
export async function runNotebook(name: string, home: string): Promise<ExecutedNotebook> {
  const { stdout } = await promisify(execFile)(
    join(ROOT, ".venv-test/bin/python"),
    [join(ROOT, "test/notebooks/run-notebook.py"), join(ROOT, "notebooks", name)],
    { maxBuffer: 2 ** 28, env: { ...process.env, LIT_HOME: home, JUPYTER_PATH: join(ROOT, ".venv/share/jupyter") } },
  );
  const { cells, metadata } = JSON.parse(stdout) as {
    cells: CodeCell[];
    metadata: { kernelspec: { name: string } };
  };
  return { kernel: metadata.kernelspec.name, code: cells.filter((cell) => cell.cell_type === "code") };
}

/** Whether an output is a MIME bundle, of a display or of the cell's last value. */
export const isRich = ({ output_type }: Output): boolean => /^(display_data|execute_result)$/.test(output_type);

/** The MIME bundles of the one cell whose source holds a part; the last one is the cell's value where it has one. */
export function bundlesOf({ code }: ExecutedNotebook, part: string): Readonly<Record<string, unknown>>[] {
  const cells = code.filter(({ source }) => `\n${source}`.includes(part));
  if (cells.length !== 1) throw new Error(`${cells.length} cells hold ${JSON.stringify(part)}, expected one`);
  return (cells[0]?.outputs ?? []).filter(isRich).map(({ data = {} }) => data);
}

/** What the one cell whose source holds a part printed. */
export function printedBy({ code }: ExecutedNotebook, part: string): string {
  const cells = code.filter(({ source }) => source.includes(part));
  return cells.flatMap(({ outputs }) => outputs.map(({ text = "" }) => text)).join("");
}

const numberOr = (text: string) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

/** The rows of a bundle's HTML table of records: numbers where a cell is one. */
export function recordsOf(bundle: Readonly<Record<string, unknown>> | undefined): Record<string, number | string>[] {
  const html = String(bundle?.["text/html"]);
  const cells = (row: string) => [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, text = ""]) => text);
  const [head = [], ...rows] = [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = ""]) => cells(row));
  return rows.map((row) =>
    Object.fromEntries(head.flatMap((name, i) => (name ? [[name, numberOr(row[i] ?? "")]] : []))),
  );
}

interface Trace extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/** The traces of a bundle's Plotly figure, by name. */
export function tracesOf(bundle: Readonly<Record<string, unknown>> | undefined): Readonly<Record<string, Trace>> {
  const figure = bundle?.["application/vnd.plotly.v1+json"] as { data: Trace[] };
  return Object.fromEntries(figure.data.map((trace) => [trace.name, trace]));
}
