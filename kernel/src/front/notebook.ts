import { once } from "node:events";
import type { CellAnalysis, NameKind } from "../cell/analyse-cell.js";
import type { CellSyntaxError } from "../cell/compile-cell.js";
import type { CommMessage, CompiledCell, ErrorReport, FromWorker, Outcome } from "../channel.js";
import type { Checker, TypeProblem } from "../checker/checker.js";
import type { Message } from "../protocol/messages.js";
import type { Request } from "../protocol/requests.js";
import type { Iopub } from "./iopub.js";
import { log } from "./log.js";
import { reportFailure, reportProblems } from "./problems.js";
import { type WorkerExit, WorkerProcess } from "./worker-process.js";

export interface NotebookOptions {
  /** The notebook's folder. */
  readonly folder: string;
  /** Check types before a cell runs. */
  readonly checksTypes: boolean;
  readonly iopub: Iopub;
  /** Asks the frontend that a message came from for a line of text. @returns the question's id */
  readonly onPrompt: (origin: Message, prompt: string, password: boolean) => string;
}

/** What every cell can use without an import. */
const PROVIDED = ["display", "html", "md", "svg", "clearOutput", "prompt", "comms"];
/** A cell that does not end this long after an interrupt runs outside JavaScript, ms. */
const PATIENCE = 5000;

const MOST_ORIGINS = 2000;
const NOCHECK = /^\s*\/\/\s*@ts-nocheck\b/m;

/** The cell that is being compiled or runs. */
interface Running {
  readonly id: number;
  readonly message: Message;
  readonly finish: (outcome: Outcome) => void;
  readonly interruption: AbortController;
}

/** What compiles and checks cells. */
interface Tools {
  readonly analyse: typeof import("../cell/analyse-cell.js");
  readonly compile: typeof import("../cell/compile-cell.js");
  readonly checker: Checker;
}

/** What cells share: the names that they declared, their types, and the worker that holds their values. */
export class Notebook {
  readonly #options: NotebookOptions;
  readonly #iopub: Iopub;
  /** Loaded beside the worker's start: the kernel is ready before. */
  readonly #tools: Promise<Tools>;
  #worker: WorkerProcess;
  #names: ReadonlyMap<string, NameKind> = new Map();
  /** The requests that cells came from, for output that comes late. */
  readonly #origins = new Map<number, Message>();
  /** Open comms and their targets. */
  readonly comms = new Map<string, string>();
  /** Prompts that wait for an answer, by the question's id. */
  readonly #prompts = new Map<string, number>();
  #running: Running | null = null;
  #last: Message | null = null;
  #cells = 0;

  constructor(options: NotebookOptions) {
    this.#options = options;
    this.#iopub = options.iopub;
    this.#worker = this.#startWorker();
    this.#tools = this.#loadTools();
  }

  async #loadTools(): Promise<Tools> {
    const [analyse, compile, { Checker }] = await Promise.all([
      import("../cell/analyse-cell.js"),
      import("../cell/compile-cell.js"),
      import("../checker/checker.js"),
    ]);
    const checker = new Checker(this.#options.folder);
    if (this.#options.checksTypes) checker.start().catch(log);
    return { analyse, compile, checker };
  }

  /** Lets the worker wait with its output. */
  pause(isPaused: boolean): void {
    this.#worker.pause(isPaused);
  }

  /**
   * Runs a cell: it is compiled and checked, and runs in the worker only if both find no error.
   * @param file what stack traces call the cell
   */
  async run(message: Message, request: Request<"execute_request">, file: string): Promise<Outcome> {
    const id = this.#register(message);
    this.#last = message;
    let finish: Running["finish"] = () => undefined;
    const finished = new Promise<Outcome>((resolve) => {
      finish = resolve;
    });
    const running: Running = { id, message, finish, interruption: new AbortController() };
    const { signal } = running.interruption;
    const worker = this.#worker;
    this.#running = running;
    try {
      const { code, allow_stdin: allowStdin } = request;
      const { analyse, compile, checker } = await this.#tools;
      const analysis = analyse.analyseCell(code);
      const isChecked = this.#options.checksTypes && !NOCHECK.test(code);
      const syntaxErrorOf = (error: unknown): CellSyntaxError => {
        if (error instanceof compile.CellSyntaxError) return error;
        throw error;
      };
      const compiling = compile.compileCell(code, analysis, this.#names, file).catch(syntaxErrorOf);
      if (isChecked)
        void compiling.then((compiled) => {
          if ("imports" in compiled && compiled.imports.length > 0)
            worker.send({ type: "preload", cell: id, imports: compiled.imports });
        });
      const [compiled, problems] = await Promise.all([
        compiling,
        isChecked ? this.#check(checker, code, analysis, message, signal) : [],
      ]);
      if (compiled instanceof Error) return failed(reportProblems("SyntaxError", file, code, compiled.problems));
      if (problems.length > 0) return failed(reportProblems("TypeScriptError", file, code, problems));
      const names = new Map([...this.#names, ...analysis.names]);
      const expressions: Record<string, CompiledCell | ErrorReport> = {};
      for (const [name, expression] of Object.entries(request.user_expressions ?? {})) {
        const parsed = analyse.analyseCell(expression);
        const result = await compile.compileCell(expression, parsed, names, `${file} ${name}`).catch(syntaxErrorOf);
        expressions[name] =
          result instanceof Error ? reportProblems("SyntaxError", name, expression, result.problems) : result;
      }
      if (signal.aborted) return failed(reportFailure("Interrupted", "the cell was interrupted"));
      // A worker that ended meanwhile has ended the cell.
      if (worker !== this.#worker) return await finished;
      worker.send({ type: "run", cell: id, compiled, isChecked, expressions, allowStdin });
      const outcome = await finished;
      if (outcome.status === "ok" || outcome.started) {
        this.#names = names;
        checker.commit(analysis);
      }
      return outcome;
    } finally {
      this.#running = null;
    }
  }

  /** Numbers a request, so that what comes of it can be told; of the oldest nobody hears any more. */
  #register(message: Message): number {
    const id = ++this.#cells;
    this.#origins.set(id, message);
    this.#origins.delete(id - MOST_ORIGINS);
    return id;
  }

  /** Interrupts the cell that runs. */
  interrupt(): void {
    const running = this.#running;
    if (running) {
      running.interruption.abort();
      this.#prompts.clear();
      this.#worker.pause(false);
      setTimeout(() => this.#complain(running), PATIENCE).unref();
    }
    this.#worker.interrupt(running?.id ?? 0);
  }

  /** A message of a frontend's comm. */
  comm(message: CommMessage, origin: Message): void {
    if (message.action === "open") this.comms.set(message.id, message.target ?? "");
    if (message.action === "close") this.comms.delete(message.id);
    this.#worker.send({ type: "comm", cell: this.#register(origin), message }, origin.buffers);
  }

  /**
   * What the user answered to a prompt.
   * @param question the question's id; some frontends say none, and mean the newest
   */
  answer(question: string | undefined, value: string): void {
    const asked = question ?? [...this.#prompts.keys()].at(-1) ?? "";
    const id = this.#prompts.get(asked);
    this.#prompts.delete(asked);
    if (id !== undefined) this.#worker.send({ type: "input", id, value });
  }

  /** What could stand at an offset of some code, which counts UTF-16 units. */
  async complete(code: string, offset: number): ReturnType<Checker["complete"]> {
    return (await this.#tools).checker.complete(code, offset);
  }

  /** What stands at an offset of some code, as Markdown. */
  async inspect(code: string, offset: number): ReturnType<Checker["inspect"]> {
    return (await this.#tools).checker.inspect(code, offset);
  }

  async end(): Promise<void> {
    this.#worker.kill();
    await (await this.#tools).checker.stop();
  }

  /** Errors in types; a checker that fails costs the check, not the cell. */
  async #check(
    checker: Checker,
    code: string,
    analysis: CellAnalysis,
    message: Message,
    signal: AbortSignal,
  ): Promise<readonly TypeProblem[]> {
    if (analysis.problems.length > 0 || !code.trim()) return [];
    try {
      return await Promise.race([checker.check(code, analysis, signal), once(signal, "abort").then(() => [])]);
    } catch (error) {
      log(error);
      this.#iopub.stream("stderr", `Types were not checked: ${(error as Error).message}\n`, message.header);
      return [];
    }
  }

  #startWorker(): WorkerProcess {
    this.#names = new Map(PROVIDED.map((name) => [name, "let"]));
    void this.#tools?.then(({ checker }) => checker.clear());
    this.comms.clear();
    this.#prompts.clear();
    return new WorkerProcess(this.#options.folder, {
      onMessage: (message, buffers) => this.#receive(message, buffers),
      onRaw: (name, text) => this.#iopub.stream(name, text, this.#originOf(0)),
      onExit: (reason) => this.#workerEnded(reason),
    });
  }

  #workerEnded({ ename, evalue }: WorkerExit): void {
    this.#worker = this.#startWorker();
    const error = reportFailure(ename, evalue);
    if (this.#running) this.#running.finish(failed(error));
    else this.#iopub.stream("stderr", `${error.traceback[0]}\n`, this.#originOf(0));
  }

  #complain(running: Running): void {
    if (this.#running !== running) return;
    const text =
      "The cell does not respond to the interrupt: it runs outside JavaScript. To end it, restart the kernel.\n";
    this.#iopub.stream("stderr", text, running.message.header);
  }

  /** The header of the request that a cell came from; of the running or last one if that is not known. */
  #originOf(cell: number): object {
    return (this.#origins.get(cell) ?? this.#running?.message ?? this.#last)?.header ?? {};
  }

  #receive(message: FromWorker, buffers: readonly Buffer[]): void {
    switch (message.type) {
      case "stream":
        if (!this.#isEnding(message.cell)) this.#iopub.stream(message.name, message.text, this.#originOf(message.cell));
        break;
      case "display": {
        if (this.#isEnding(message.cell)) break;
        const { bundle, displayId, update } = message;
        const type = update ? "update_display_data" : "display_data";
        this.#iopub.publish(type, { ...bundle, transient: { display_id: displayId } }, this.#originOf(message.cell));
        break;
      }
      case "clear":
        this.#iopub.publish("clear_output", { wait: message.wait }, this.#originOf(message.cell));
        break;
      case "comm":
        this.#publishComm(message.message, message.cell, buffers);
        break;
      case "input":
        this.#prompt(message);
        break;
      case "transform":
        void this.#transform(message.id, message.path, message.code);
        break;
      case "done":
        // What other programs wrote arrives over pipes of their own.
        setImmediate(() => {
          if (this.#running?.id === message.cell) this.#running.finish(message.outcome);
        });
    }
  }

  /** What an interrupted cell goes on showing is what the user wants to end. */
  #isEnding(cell: number): boolean {
    return this.#running?.id === cell && this.#running.interruption.signal.aborted;
  }

  async #transform(id: number, path: string, code: string): Promise<void> {
    try {
      const { compile } = await this.#tools;
      this.#worker.send({ type: "transformed", id, ...(await compile.compileModule(path, code)) });
    } catch (error) {
      this.#worker.send({ type: "transformed", id, error: (error as Error).message });
    }
  }

  #prompt({ cell, id, prompt, password }: Extract<FromWorker, { type: "input" }>): void {
    const origin = this.#origins.get(cell) ?? this.#running?.message;
    if (!origin) {
      this.#worker.send({ type: "input", id, value: null });
      return;
    }
    this.#prompts.set(this.#options.onPrompt(origin, prompt, password), id);
  }

  #publishComm({ action, id, target, data, metadata }: CommMessage, cell: number, buffers: readonly Buffer[]): void {
    if (action === "open") this.comms.set(id, target ?? "");
    if (action === "close") this.comms.delete(id);
    const content = { comm_id: id, data, ...(action === "open" ? { target_name: target } : {}) };
    this.#iopub.publish(`comm_${action}`, content, this.#originOf(cell), { metadata, buffers });
  }
}

const failed = (error: ErrorReport): Outcome => ({ status: "error", error, started: false });
