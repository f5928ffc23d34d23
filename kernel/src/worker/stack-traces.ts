import { fileURLToPath } from "node:url";
import { inspect, stripVTControlCharacters } from "node:util";
import { LEAST_UPPER_BOUND, originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { originalPlaceOf, type Place } from "../cell/edited-text.js";
import type { ErrorReport, PlaceMap } from "../channel.js";

const KERNEL = fileURLToPath(new URL("..", import.meta.url));
const MOST_SOURCES = 5000;
/** Where code that was evaluated comes from. */
const EVAL = /\((Cell\[[\d.]+\]):(\d+):(\d+)\)/;

/** What leads from scripts back to their sources, by file name. */
const sources = new Map<string, { readonly maps: (PlaceMap | TraceMap)[]; readonly source: string }>();

/** @param source a cell's code */
export function registerMaps(file: string, maps: readonly PlaceMap[], source = ""): void {
  sources.set(file, { maps: [...maps], source });
  if (sources.size > MOST_SOURCES) for (const oldest of sources.keys()) if (sources.delete(oldest)) break;
}

/** A position in a script, 1-based, as the position in the source that it came from. */
function sourcePosition(file: string, line: number, column: number): Place {
  const { maps, source } = sources.get(file) ?? { maps: [], source: "" };
  let position: Place = { line, column: column - 1 };
  for (const [i, entry] of maps.entries()) {
    const map = typeof entry === "string" ? new TraceMap(entry) : entry;
    maps[i] = map;
    position = map instanceof TraceMap ? tracedPlaceOf(map, position) : originalPlaceOf(map, position);
  }
  // A shared function is called through its box, which V8 places at the parenthesis: the name stands before it.
  const before = source.split("\n", position.line)[position.line - 1]?.slice(0, position.column + 1) ?? "";
  const name = /([\p{ID_Start}$_][\p{ID_Continue}$]*)\($/u.exec(before);
  return { line: position.line, column: (name?.index ?? position.column) + 1 };
}

function tracedPlaceOf(map: TraceMap, place: Place): Place {
  const exact = originalPositionFor(map, place);
  const found = exact.line === null ? originalPositionFor(map, { ...place, bias: LEAST_UPPER_BOUND }) : exact;
  return found.line === null ? place : found;
}

/** Lets `error.stack` show the notebook's own sources, without the kernel's frames. */
export function installStackTraces(): void {
  Error.prepareStackTrace = (error, frames) => {
    const foreign = frames.filter((frame) => !isKernels(frame.getFileName() ?? ""));
    // Node's own below them all: what called the kernel.
    const last = foreign.findLastIndex((frame) => !frame.getFileName()?.startsWith("node:"));
    const shown = foreign.slice(0, last + 1);
    return headOf(error) + shown.map((frame) => `\n    at ${frameText(frame)}`).join("");
  };
}

function isKernels(file: string): boolean {
  const path = file.startsWith("file:") ? fileURLToPath(file) : file;
  return (
    path.startsWith(KERNEL) || path.startsWith("node:internal/") || path === "node:vm" || path === "node:async_hooks"
  );
}

function headOf(error: Error): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

function frameText(frame: NodeJS.CallSite): string {
  const text = String(frame).replace(EVAL, (all, file, line, column) => {
    if (!sources.has(file)) return all;
    const at = sourcePosition(file, Number(line), Number(column));
    return `(${file}:${at.line}:${at.column})`;
  });
  const file = frame.getFileName();
  const [line, column] = [frame.getLineNumber(), frame.getColumnNumber()];
  if (!file || line === null || column === null || !sources.has(file)) return text;
  const at = sourcePosition(file, line, column);
  return text.replace(`${file}:${line}:${column}`, `${file}:${at.line}:${at.column}`);
}

/** JavaScript, or a message of V8, with the notebook's names as they are in the cell: `$_f.v` is `f`. */
export const readable = (text: string): string =>
  text
    .replace(/\$0_+check\(await\b\s*/g, "await (")
    .replace(/\$0_+import\b/g, "import")
    .replace(/\$0_+meta\b/g, "import.meta")
    .replace(/\(0 ?, ?\$_([\p{ID_Start}$_][\p{ID_Continue}$]*)\.v\)/gu, "$1")
    .replace(/\$_([\p{ID_Start}$_][\p{ID_Continue}$]*)\.v\b/gu, "$1");

/** Lets functions show the JavaScript that the cell has: what takes their text runs it elsewhere, such as in a browser. */
export function installFunctionTexts(): void {
  Function.prototype.toString = new Proxy(Function.prototype.toString, {
    apply: (textOf, self) => readable(textOf.call(self)),
  });
}

/** Anything thrown, as Jupyter shows it. */
export function reportError(error: unknown): ErrorReport {
  try {
    return describe(error);
  } catch {
    const text = "an error that cannot be shown: reading it throws";
    return { ename: "Error", evalue: text, traceback: [`\x1b[31mError\x1b[39m: ${text}`] };
  }
}

function describe(error: unknown): ErrorReport {
  const isError = error instanceof Error || Object.prototype.toString.call(error) === "[object Error]";
  const text = inspect(error, { colors: true });
  if (!isError) {
    const evalue = stripVTControlCharacters(text);
    return { ename: "Throw", evalue, traceback: [`\x1b[31mThrow\x1b[39m: ${text}`] };
  }
  const { name, stack } = error as Error;
  // V8 names what it could not call or read as the script has it.
  const isV8s = error instanceof TypeError || error instanceof ReferenceError;
  const message = isV8s ? readable(String((error as Error).message)) : String((error as Error).message);
  const ename = String(name || "Error");
  if (!stack) return { ename, evalue: message, traceback: [`\x1b[31m${ename}\x1b[39m: ${message}`] };
  const lines = (isV8s ? readable(text) : text)
    .split("\n")
    .map((line) => (/^\s+at /.test(line) ? `\x1b[90m${line}\x1b[39m` : line));
  if (lines[0]?.startsWith(ename)) lines[0] = `\x1b[31m${ename}\x1b[39m${lines[0].slice(ename.length)}`;
  return { ename, evalue: message, traceback: [lines.join("\n")] };
}
