import type { ChildProcess } from "node:child_process";
import type { API, Diagnostic, Project, Snapshot } from "typescript7/unstable/async";
import { analyseCell, type CellAnalysis } from "../cell/analyse-cell.js";
import { TOO_DEEP } from "../cell/syntax-tree.js";
import type { Completions } from "./complete.js";
import { HistoryDocument, PREFIX, preludeOf } from "./history-document.js";
import { LocalFiles } from "./local-files.js";
import { Mirror } from "./mirror.js";

/** An error of types, with where in the cell; offsets count UTF-16 units. */
export interface TypeProblem {
  readonly code: number;
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

/** The document that TypeScript looks at: a line of imports from earlier cells, then the cell. */
export interface OpenCell {
  readonly project: Project;
  readonly file: string;
  /** Where the cell's code begins. */
  readonly begin: number;
  readonly code: string;
}

/** The compiler that runs, its documents, and what it has made of them so far. */
interface Session {
  readonly api: API;
  readonly mirror: Mirror;
  snapshot: Snapshot | null;
}

const IDLE = 10 * 60_000;
const LIMIT = 30_000;
const HISTORY = "./__history";
/** A module that is not there now may be there for the next cell. */
const MISSING = new Set([2307, 2882, 7016]);
const LOCAL_IMPORT = /["'](?:\.{1,2})?\//;
/** Top-level await and `import x = require("x")` are fine here, whatever the configuration says. */
const IGNORED = new Set([1202, 1309, 1375, 1378, 1431, 1432]);

/**
 * TypeScript's native compiler, which checks cells, completes and explains. It starts when it is first needed, stops after
 * ten idle minutes, and is started again after a failure. It never runs user code.
 */
export class Checker {
  readonly history = new HistoryDocument();
  readonly #folder: string;
  #session: Promise<Session> | null = null;
  #historyWritten = false;
  #isMissing = false;
  readonly #files = new LocalFiles();
  /** Tells the calls that wait that the compiler has ended. */
  #ended = new AbortController();
  #queue: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Starts the compiler, so that the first cell need not wait. */
  async start(): Promise<void> {
    await this.#serial(async () => {
      await this.#open("", analyseCell(""));
    });
  }

  /**
   * The errors in a cell's types.
   * @param signal gives up the check
   * @throws Error if the compiler fails; it is started again next time
   */
  check(code: string, analysis: CellAnalysis, signal: AbortSignal): Promise<readonly TypeProblem[]> {
    return this.#serial(async () => {
      const { project, file, begin } = await this.#open(code, analysis);
      const { program } = project;
      const found = await Promise.all([program.getSyntacticDiagnostics(file), program.getSemanticDiagnostics(file)]);
      this.#isMissing = found.flat().some(({ code: number }) => MISSING.has(number));
      return found
        .flat()
        .filter(({ category, code: number }) => category === 1 && !IGNORED.has(number))
        .map((diagnostic) => ({
          code: diagnostic.code,
          message: textOf(diagnostic).replaceAll(PREFIX, ""),
          start: Math.max(0, diagnostic.pos - begin),
          end: Math.max(0, diagnostic.end - begin),
        }));
    }, signal);
  }

  /** Takes in what a cell that has run declares. */
  commit(analysis: CellAnalysis): void {
    if (analysis.declarations.length === 0) return;
    this.history.add(analysis);
    this.#historyWritten = false;
  }

  /** Forgets every cell. */
  clear(): void {
    this.history.clear();
    this.#historyWritten = false;
  }

  /** What could stand at an offset of some code. */
  async complete(code: string, offset: number): Promise<Completions> {
    const analysis = analyseCell(code);
    if (analysis.problems.includes(TOO_DEEP)) return { matches: [], start: offset, end: offset };
    return this.#serial(async () => {
      const { completeAt } = await import("./complete.js");
      return completeAt(await this.#open(code, analysis), offset, this.history, this.#folder);
    });
  }

  /** What stands at an offset of some code, as Markdown; null for nothing. */
  async inspect(code: string, offset: number): Promise<string | null> {
    const analysis = analyseCell(code);
    if (analysis.problems.includes(TOO_DEEP)) return null;
    return this.#serial(async () => {
      const { inspectAt } = await import("./inspect.js");
      return inspectAt(await this.#open(code, analysis), offset);
    });
  }

  /** Ends the compiler and removes its documents. */
  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const session = this.#session;
    this.#session = null;
    this.#historyWritten = false;
    this.#ended = new AbortController();
    const open = await session?.catch(() => null);
    open?.mirror.remove();
    await open?.api.close().catch(() => undefined);
  }

  /** One call after the other: they share the documents. A call that fails, takes too long or is given up ends the compiler. */
  #serial<T>(run: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const result = this.#queue.then(async () => {
      signal?.throwIfAborted();
      clearTimeout(this.#idle);
      try {
        return await within(LIMIT, run(), AbortSignal.any([this.#ended.signal, ...(signal ? [signal] : [])]));
      } catch (error) {
        await this.stop();
        throw error;
      } finally {
        this.#idle = setTimeout(() => void this.stop(), IDLE).unref();
      }
    });
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #open(code: string, analysis: CellAnalysis): Promise<OpenCell> {
    this.#session ??= this.#launch();
    const current = this.#session;
    const session = await current;
    const { api, mirror, snapshot: before } = session;
    const prelude = preludeOf(this.history, code, analysis, HISTORY);
    const augments = analysis.declarations.some(({ bindings }) => bindings.length === 0);
    const history = this.#historyWritten && !augments ? null : this.history.textFor(analysis);
    mirror.write(history, prelude + code);
    const changed = history === null ? [mirror.cell] : [mirror.history, mirror.cell];
    this.#historyWritten = !augments;
    const isNew = mirror.linkPackages() || this.#isMissing;
    changed.push(...(await this.#files.changed()));
    // A call would start a compiler that was stopped meanwhile.
    if (this.#session !== current) throw new Error("TypeScript was stopped");
    const snapshot = await api.updateSnapshot(
      before === null
        ? { openProjects: [mirror.config] }
        : { fileChanges: isNew ? { invalidateAll: true } : { changed } },
    );
    session.snapshot = snapshot;
    await before?.dispose();
    const project = snapshot.getProjects()[0];
    if (!project) throw new Error(`TypeScript opened no project for ${mirror.config}`);
    if (LOCAL_IMPORT.test(code)) await this.#files.look(project, mirror);
    return { project, file: mirror.cell, begin: prelude.length, code };
  }

  async #launch(): Promise<Session> {
    const { API } = await import("typescript7/unstable/async");
    const mirror = new Mirror(this.#folder);
    const api = new API({ cwd: mirror.folder });
    // The API itself leaves calls without an answer when its process ends.
    const { client } = api as unknown as { client: { readonly process: ChildProcess; connect(): Promise<void> } };
    const ended = this.#ended;
    await client.connect();
    client.process.once("exit", () => {
      ended.abort(new Error("TypeScript has ended by itself"));
      if (this.#ended === ended) void this.stop();
    });
    return { api, mirror, snapshot: null };
  }
}

/** A message with the messages that explain it, indented. */
function textOf({ text, messageChain = [] }: Diagnostic, depth = 0): string {
  return [text, ...messageChain.map((entry) => "  ".repeat(depth + 1) + textOf(entry, depth + 1))].join("\n");
}

function within<T>(limit: number, work: Promise<T>, signal: AbortSignal): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`TypeScript gave no answer within ${limit / 1000} s`)), limit);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
  return Promise.race([work, ended]).finally(() => clearTimeout(timer));
}
