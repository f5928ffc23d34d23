import { analyseCell, type NameKind } from "../cell/analyse-cell.js";
import { CellSyntaxError, compileCell, compileModule } from "../cell/compile-cell.js";
import { isComplete } from "../cell/is-complete.js";
import type { CommMessage, CompiledCell, ErrorReport, FromWorker, Outcome } from "../channel.js";
import { Checker } from "../checker/checker.js";
import { type Message, MessageCodec, MessageError } from "../protocol/messages.js";
import { isRequestType, REQUESTS, type Request, type RequestType } from "../protocol/requests.js";
import type { Channel, Sockets } from "../protocol/sockets.js";
import { charactersOf, unitsOf } from "./code-points.js";
import { History } from "./history.js";
import { Iopub } from "./iopub.js";
import { kernelInfo } from "./kernel-info.js";
import { reportProblems } from "./problems.js";
import { VaultService } from "./vault-service.js";
import { type WorkerExit, WorkerProcess } from "./worker-process.js";

export interface KernelOptions {
  readonly sockets: Sockets;
  readonly key: string;
  /** The notebook's folder. */
  readonly folder: string;
  /** Check types before a cell runs. */
  readonly checksTypes: boolean;
  /** Answer `litlab.vault` and run no code. */
  readonly isService: boolean;
  /** Hears that the kernel has ended. */
  readonly onEnd: () => void;
}

/** What every cell can use without an import. */
const PROVIDED = ["display", "html", "md", "svg", "clearOutput", "prompt", "comms"];

/** A cell that has been asked for. */
interface Job {
  readonly message: Message;
  readonly request: Request<"execute_request">;
}

/** The cell that is being compiled or runs. */
interface Running {
  readonly id: number;
  readonly message: Message;
  readonly finish: (outcome: Outcome) => void;
  isInterrupted: boolean;
}

const INTERRUPTED: ErrorReport = {
  ename: "Interrupted",
  evalue: "the cell was interrupted",
  traceback: ["\x1b[31mInterrupted\x1b[39m: the cell was interrupted"],
};

/**
 * The kernel's front: it speaks Jupyter's protocol, and never runs user code, so it answers while a cell runs.
 */
export class Kernel {
  readonly #options: KernelOptions;
  readonly #sockets: Sockets;
  readonly #codec: MessageCodec;
  readonly #iopub: Iopub;
  readonly #history = new History();
  readonly #checker: Checker;
  readonly #service: VaultService | null;
  #worker: WorkerProcess | null = null;
  /** The names that cells have declared in this worker. */
  #names = new Map<string, NameKind>();
  /** The requests that cells came from, for output that comes late. */
  readonly #origins = new Map<number, Message>();
  readonly #comms = new Map<string, string>();
  readonly #jobs: Job[] = [];
  #isBusy = false;
  #running: Running | null = null;
  #count = 0;
  #cells = 0;
  #lastShell: Message | null = null;
  #isEnding = false;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#sockets = options.sockets;
    this.#codec = new MessageCodec(options.key);
    this.#iopub = new Iopub(options.sockets, this.#codec, (isFull) => this.#worker?.pause(isFull));
    this.#checker = new Checker(options.folder);
    this.#service = options.isService
      ? new VaultService({
          publish: (type, content) => this.#iopub.publish(type, content, {}),
          onIdle: () => void this.#end(),
        })
      : null;
  }

  /** Answers until the kernel is shut down. */
  start(): void {
    if (!this.#service) {
      this.#startWorker();
      // The checker starts beside the first cell, not before the kernel is ready.
      if (this.#options.checksTypes) setImmediate(() => this.#checker.start().catch((error) => log(error)));
      void compileCell("", analyseCell(""), new Map(), "Cell[0]");
    }
    this.#iopub.publish("status", { execution_state: "starting" }, {});
    for (const channel of ["shell", "control", "stdin"] as const)
      void this.#sockets.listen(channel, (frames) => void this.#receive(channel, frames));
  }

  /** Interrupts the cell that runs. */
  interrupt(): void {
    const running = this.#running;
    if (running) {
      running.isInterrupted = true;
      this.#iopub.dropStreams(running.message.header);
      this.#worker?.pause(false);
    }
    this.#worker?.interrupt();
  }

  async #receive(channel: Channel, frames: Buffer[]): Promise<void> {
    let message: Message;
    try {
      message = this.#codec.decode(frames);
    } catch (error) {
      if (error instanceof MessageError) return log(`dropped ${error.message}`);
      throw error;
    }
    if (channel === "stdin") return this.#input(message);
    const type = message.header.msg_type;
    if (!isRequestType(type)) return log(`dropped a message of the unknown type ${JSON.stringify(type)}`);
    if (channel === "shell") this.#lastShell = message;
    if (type === "execute_request") {
      const job = this.#parse(type, message);
      if (job) this.#enqueue({ message, request: job });
      else this.#refuse(channel, message, type);
      return;
    }
    this.#status("busy", message);
    try {
      await this.#answer(channel, type, message);
    } catch (error) {
      log(error);
      this.#reply(channel, message, type, failure("KernelError", (error as Error).message));
    } finally {
      this.#status("idle", message);
    }
  }

  /** A request's content, or null if it is malformed. */
  #parse<T extends RequestType>(type: T, message: Message): Request<T> | null {
    const result = REQUESTS[type].safeParse(message.content);
    return result.success ? (result.data as Request<T>) : null;
  }

  #refuse(channel: Channel, message: Message, type: RequestType): void {
    const issues = REQUESTS[type].safeParse(message.content).error?.issues ?? [];
    const text = issues.map(({ path, message: text }) => `${path.join(".") || "content"}: ${text}`).join("; ");
    this.#reply(channel, message, type, failure("MalformedMessage", `${type}: ${text}`));
  }

  async #answer(channel: Channel, type: Exclude<RequestType, "execute_request">, message: Message): Promise<void> {
    const parsed = this.#parse(type, message);
    if (parsed === null) return this.#refuse(channel, message, type);
    const reply = (content: object) => this.#reply(channel, message, type, { status: "ok", ...content });
    switch (type) {
      case "kernel_info_request":
        return reply(kernelInfo());
      case "complete_request":
        return reply(await this.#complete(parsed as Request<"complete_request">));
      case "inspect_request":
        return reply(await this.#inspect(parsed as Request<"inspect_request">));
      case "is_complete_request":
        return this.#reply(channel, message, type, isComplete((parsed as Request<"is_complete_request">).code));
      case "history_request":
        return reply({ history: this.#history.find(parsed as Request<"history_request">) });
      case "comm_info_request":
        return reply({ comms: this.#commInfo((parsed as Request<"comm_info_request">).target_name ?? null) });
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        return this.#comm(type, parsed as Request<"comm_open" | "comm_msg" | "comm_close">, message);
      case "interrupt_request":
        this.interrupt();
        return reply({});
      case "shutdown_request": {
        const { restart } = parsed as Request<"shutdown_request">;
        reply({ restart });
        this.#iopub.publish("shutdown_reply", { status: "ok", restart }, message.header);
        void this.#end();
        return;
      }
      case "debug_request":
        return this.#reply(channel, message, type, failure("Unsupported", "this kernel has no debugger"));
    }
  }

  #reply(channel: Channel, message: Message, type: string, content: object): void {
    const frames = this.#codec.encode(type.replace(/_request$/, "_reply"), content, {
      ids: message.ids,
      parent: message.header,
    });
    void this.#sockets.send(channel, frames);
  }

  #status(state: "busy" | "idle", message: Message): void {
    this.#iopub.publish("status", { execution_state: state }, message.header);
  }

  // Cells

  #enqueue(job: Job): void {
    this.#jobs.push(job);
    if (!this.#isBusy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let job = this.#jobs.shift(); job && !this.#isEnding; job = this.#jobs.shift()) {
      this.#status("busy", job.message);
      try {
        await this.#execute(job);
      } catch (error) {
        log(error);
        this.#reply("shell", job.message, "execute_request", failure("KernelError", (error as Error).message));
      } finally {
        this.#status("idle", job.message);
      }
    }
    this.#isBusy = false;
  }

  async #execute({ message, request }: Job): Promise<void> {
    const { code, silent, stop_on_error: stopOnError } = request;
    const stores = !silent && (request.store_history ?? true);
    if (stores) {
      this.#count++;
      if (code.trim()) this.#history.add(this.#count, code);
    }
    const count = this.#count;
    const file = stores ? `Cell[${count}]` : `Cell[${count}.${this.#cells + 1}]`;
    if (!silent) this.#iopub.publish("execute_input", { code, execution_count: count }, message.header);
    const outcome = await this.#run(message, request, file);
    if (!silent && outcome.status === "ok" && outcome.result)
      this.#iopub.publish("execute_result", { execution_count: count, ...outcome.result }, message.header);
    if (!silent && outcome.status === "error") this.#iopub.publish("error", { ...outcome.error }, message.header);
    await this.#iopub.drained();
    const content =
      outcome.status === "ok"
        ? { status: "ok", execution_count: count, user_expressions: outcome.expressions, payload: [] }
        : { status: "error", execution_count: count, ...outcome.error, user_expressions: {}, payload: [] };
    this.#reply("shell", message, "execute_request", content);
    if (outcome.status === "error" && stopOnError) this.#abort();
  }

  /** Refuses the cells that wait behind one that failed. */
  #abort(): void {
    for (const { message } of this.#jobs.splice(0)) {
      this.#status("busy", message);
      this.#reply("shell", message, "execute_request", { status: "aborted", execution_count: this.#count });
      this.#status("idle", message);
    }
  }

  async #run(message: Message, request: Request<"execute_request">, file: string): Promise<Outcome> {
    if (this.#service)
      return {
        status: "error",
        error: failure("Service", "this kernel serves the vault and runs no code"),
        started: false,
      };
    const id = ++this.#cells;
    this.#origins.set(id, message);
    let finish: Running["finish"] = () => undefined;
    const finished = new Promise<Outcome>((resolve) => {
      finish = resolve;
    });
    const running: Running = { id, message, finish, isInterrupted: false };
    this.#running = running;
    try {
      const { code, allow_stdin: allowStdin } = request;
      const analysis = analyseCell(code);
      const compiling = compileCell(code, analysis, this.#names, file);
      const checking = this.#check(code, analysis, message);
      let compiled: CompiledCell;
      try {
        compiled = await compiling;
      } catch (error) {
        if (!(error instanceof CellSyntaxError)) throw error;
        await checking;
        return { status: "error", error: reportProblems("SyntaxError", file, code, error.problems), started: false };
      }
      const problems = await checking;
      if (problems.length > 0)
        return { status: "error", error: reportProblems("TypeScriptError", file, code, problems), started: false };
      if (running.isInterrupted) return { status: "error", error: INTERRUPTED, started: false };
      const names = new Map([...this.#names, ...analysis.names]);
      const expressions = await compileExpressions(request.user_expressions ?? {}, names, `${file} user_expressions`);
      this.#worker?.send({ type: "run", cell: id, compiled, expressions, allowStdin });
      const outcome = await finished;
      if (outcome.status === "ok" || outcome.started) {
        this.#names = names;
        this.#checker.commit(analysis);
      }
      return outcome;
    } finally {
      this.#running = null;
    }
  }

  /** Errors in types; a checker that fails costs the check, not the cell. */
  async #check(code: string, analysis: ReturnType<typeof analyseCell>, message: Message) {
    const isOff = !this.#options.checksTypes || /^\s*\/\/\s*@ts-nocheck\b/m.test(code) || analysis.problems.length > 0;
    if (isOff || !code.trim()) return [];
    try {
      return await this.#checker.check(code, analysis);
    } catch (error) {
      log(error);
      this.#iopub.stream("stderr", `Types were not checked: ${(error as Error).message}\n`, message.header);
      return [];
    }
  }

  // The worker

  #startWorker(): void {
    this.#names = new Map(PROVIDED.map((name) => [name, "let"]));
    this.#checker.clear();
    const worker = new WorkerProcess(this.#options.folder, {
      onMessage: (message, buffers) => this.#fromWorker(message, buffers),
      onRaw: (name, text) => this.#iopub.stream(name, text, this.#originOf(0)),
      onExit: (reason) => this.#workerEnded(reason),
    });
    this.#worker = worker;
  }

  /** The header of the request that a cell came from; of the running or last one if that is not known. */
  #originOf(cell: number): object {
    const message = this.#origins.get(cell) ?? this.#running?.message ?? this.#lastShell;
    return message?.header ?? {};
  }

  #fromWorker(message: FromWorker, buffers: readonly Buffer[]): void {
    switch (message.type) {
      case "ready":
        return;
      case "stream":
        if (this.#running?.isInterrupted && message.cell === this.#running.id) return;
        this.#iopub.stream(message.name, message.text, this.#originOf(message.cell));
        return;
      case "display": {
        const { bundle, displayId, update } = message;
        const transient = displayId === null ? {} : { display_id: displayId };
        const type = update ? "update_display_data" : "display_data";
        this.#iopub.publish(type, { ...bundle, transient }, this.#originOf(message.cell));
        return;
      }
      case "clear":
        this.#iopub.publish("clear_output", { wait: message.wait }, this.#originOf(message.cell));
        return;
      case "comm":
        this.#fromWorkerComm(message.message, message.cell, buffers);
        return;
      case "input":
        this.#askInput(message);
        return;
      case "transform":
        void this.#transform(message.id, message.path, message.code);
        return;
      case "done":
        // What other programs wrote arrives over pipes of their own.
        setImmediate(() => {
          if (this.#running?.id === message.cell) this.#running.finish(message.outcome);
        });
    }
  }

  async #transform(id: number, path: string, code: string): Promise<void> {
    try {
      this.#worker?.send({ type: "transformed", id, ...(await compileModule(path, code)) });
    } catch (error) {
      this.#worker?.send({ type: "transformed", id, error: (error as Error).message });
    }
  }

  #workerEnded({ ename, evalue }: WorkerExit): void {
    this.#comms.clear();
    this.#startWorker();
    const running = this.#running;
    const error = failure(ename, evalue);
    if (running) running.finish({ status: "error", error, started: false });
    else this.#iopub.stream("stderr", `${error.traceback[0]}\n`, this.#originOf(0));
  }

  // Input, comms, code intelligence

  #askInput({ cell, id, prompt, password }: Extract<FromWorker, { type: "input" }>): void {
    const origin = this.#origins.get(cell) ?? this.#running?.message;
    if (!origin) {
      this.#worker?.send({ type: "input", id, value: null });
      return;
    }
    this.#asked.push(id);
    const frames = this.#codec.encode(
      "input_request",
      { prompt, password },
      { ids: origin.ids, parent: origin.header },
    );
    void this.#sockets.send("stdin", frames);
  }

  readonly #asked: number[] = [];

  #input({ content }: Message): void {
    const id = this.#asked.shift();
    const { value } = content as { readonly value?: unknown };
    if (id !== undefined) this.#worker?.send({ type: "input", id, value: typeof value === "string" ? value : "" });
  }

  async #complete({ code, cursor_pos: cursor }: Request<"complete_request">): Promise<object> {
    const { matches, start, end } = await this.#checker.complete(code, unitsOf(code, cursor));
    return {
      matches: matches.map(({ text }) => text),
      cursor_start: charactersOf(code, start),
      cursor_end: charactersOf(code, end),
      metadata: {
        _jupyter_types_experimental: matches.map(({ text, type }) => ({
          text,
          type,
          start: charactersOf(code, start),
          end: charactersOf(code, end),
        })),
      },
    };
  }

  async #inspect({ code, cursor_pos: cursor }: Request<"inspect_request">): Promise<object> {
    const markdown = await this.#checker.inspect(code, unitsOf(code, cursor));
    const data =
      markdown === null ? {} : { "text/markdown": markdown, "text/plain": markdown.replace(/^```(ts)?\n?/gm, "") };
    return { found: markdown !== null, data, metadata: {} };
  }

  #commInfo(target: string | null): object {
    const all = this.#service ? this.#service.comms : this.#comms;
    const shown = [...all].filter(([, name]) => target === null || name === target);
    return Object.fromEntries(shown.map(([id, name]) => [id, { target_name: name }]));
  }

  #comm(
    type: "comm_open" | "comm_msg" | "comm_close",
    content: Request<"comm_open" | "comm_msg" | "comm_close">,
    { metadata, buffers }: Message,
  ): void {
    const action = type === "comm_open" ? "open" : type === "comm_msg" ? "msg" : "close";
    const target = "target_name" in content ? String(content.target_name) : undefined;
    const message: CommMessage = {
      action,
      id: content.comm_id,
      data: content.data,
      metadata,
      ...(target === undefined ? {} : { target }),
    };
    if (this.#service) {
      this.#service.receive(message);
      return;
    }
    if (action === "open") this.#comms.set(message.id, target ?? "");
    if (action === "close") this.#comms.delete(message.id);
    this.#worker?.send({ type: "comm", message }, buffers);
  }

  #fromWorkerComm({ action, id, target, data, metadata }: CommMessage, cell: number, buffers: readonly Buffer[]): void {
    if (action === "open") this.#comms.set(id, target ?? "");
    if (action === "close") this.#comms.delete(id);
    const content = { comm_id: id, data, ...(action === "open" ? { target_name: target } : {}) };
    this.#iopub.publish(`comm_${action}`, content, this.#originOf(cell), { metadata, buffers });
  }

  async #end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#worker?.kill();
    await this.#checker.stop();
    await this.#iopub.close();
    this.#sockets.close();
    this.#options.onEnd();
  }
}

async function compileExpressions(
  expressions: Readonly<Record<string, string>>,
  names: ReadonlyMap<string, NameKind>,
  file: string,
): Promise<Record<string, CompiledCell | ErrorReport>> {
  const compiled: Record<string, CompiledCell | ErrorReport> = {};
  for (const [name, code] of Object.entries(expressions))
    try {
      compiled[name] = await compileCell(code, analyseCell(code), names, file);
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error;
      compiled[name] = reportProblems("SyntaxError", file, code, error.problems);
    }
  return compiled;
}

const failure = (ename: string, evalue: string) => ({
  status: "error" as const,
  ename,
  evalue,
  traceback: [`\x1b[31m${ename}\x1b[39m: ${evalue}`],
});

/** The kernel's own log: what starts it shows it. */
function log(what: unknown): void {
  console.error(`litlab kernel: ${what instanceof Error ? (what.stack ?? what.message) : String(what)}`);
}
