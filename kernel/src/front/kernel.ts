import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { CommMessage, Outcome } from "../channel.js";
import { type Message, MessageCodec, MessageError } from "../protocol/messages.js";
import type { Request, RequestType } from "../protocol/requests.js";
import type { Channel, Sockets } from "../protocol/sockets.js";
import { charactersOf, unitsOf } from "./code-points.js";
import { History } from "./history.js";
import { Iopub } from "./iopub.js";
import { kernelInfo } from "./kernel-info.js";
import { log } from "./log.js";
import { Notebook } from "./notebook.js";
import { reportFailure } from "./problems.js";
import type { VaultService } from "./vault-service.js";

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

/** How long the first request waits for somebody who listens to iopub, ms: their sockets connect one after the other. */
const PATIENCE = 150;

/** A cell that has been asked for. */
interface Job {
  readonly message: Message;
  readonly request: Request<"execute_request">;
}

type CommRequest = Request<"comm_open" | "comm_msg" | "comm_close">;

/** The kernel's front: it speaks Jupyter's protocol and never runs user code, so it answers while a cell runs. */
export class Kernel {
  readonly #sockets: Sockets;
  readonly #codec: MessageCodec;
  readonly #iopub: Iopub;
  readonly #onEnd: () => void;
  readonly #history = new History();
  readonly #notebook: Notebook | null;
  #service: VaultService | null = null;
  /** What reads requests: loaded after the kernel has said that it is there. */
  readonly #requests: Promise<typeof import("../protocol/requests.js")>;
  /** What will compute, as `LIT_DEVICE` takes it. */
  readonly #device: Promise<string | null>;
  /** Settles when a frontend listens to iopub. */
  readonly #subscribed: Promise<void>;
  /** Settles with it, or soon after the first request. */
  #heard: Promise<void> | null = null;
  readonly #jobs: Job[] = [];
  /** The cell that runs, or whose output still waits to be sent. */
  #job: Job | null = null;
  #isEnding = false;
  #count = 0;
  #silent = 0;

  constructor({ sockets, key, folder, checksTypes, isService, onEnd }: KernelOptions) {
    this.#sockets = sockets;
    this.#onEnd = onEnd;
    this.#codec = new MessageCodec(key);
    this.#iopub = new Iopub(sockets, this.#codec, (isFull) => this.#notebook?.pause(isFull));
    this.#notebook = isService
      ? null
      : new Notebook({ folder, checksTypes, iopub: this.#iopub, onPrompt: (...asked) => this.#prompt(...asked) });
    this.#requests = this.#load(isService ? folder : null);
    this.#device = import("@litlab/sdk/expected-device").then(({ expectedDevice }) => expectedDevice());
    this.#subscribed = new Promise((resolve) => {
      void sockets.listenToSubscriptions((topic) => {
        this.#iopub.welcome(topic);
        resolve();
      });
    });
  }

  /** @param root the folder that the service serves; null: the kernel is a notebook's */
  async #load(root: string | null): Promise<typeof import("../protocol/requests.js")> {
    if (root !== null) {
      const { VaultService } = await import("./vault-service.js");
      this.#service = new VaultService(this.#iopub, root, () => void this.end());
    }
    return await import("../protocol/requests.js");
  }

  /** Answers until the kernel is shut down. */
  start(): void {
    // Sent at once it would reach nobody, or somebody before their welcome.
    void this.#subscribed.then(() => {
      if (!this.#heard) this.#iopub.publish("status", { execution_state: "starting" }, {});
    });
    for (const channel of ["shell", "control", "stdin"] as const)
      void this.#sockets.listen(channel, (frames) => void this.#receive(channel, frames));
  }

  /** Interrupts the cell that runs; its output that still waits to be sent is dropped. */
  interrupt(): void {
    this.#notebook?.interrupt();
    if (this.#job) this.#iopub.dropOutputs(this.#job.message.header);
  }

  async #receive(channel: Channel, frames: Buffer[]): Promise<void> {
    let message: Message;
    try {
      message = this.#codec.decode(frames);
    } catch (error) {
      if (error instanceof MessageError) return log(`dropped ${error.message}`);
      throw error;
    }
    this.#heard ??= Promise.race([this.#subscribed, delay(PATIENCE)]);
    await this.#heard;
    if (channel === "stdin") return this.#answerPrompt(message);
    const type = message.header.msg_type;
    if (type === "kernel_info_request") {
      const device = await this.#device;
      this.#status("busy", message);
      this.#reply(channel, message, { status: "ok", ...kernelInfo(device) });
      this.#status("idle", message);
      return;
    }
    const { isRequestType, REQUESTS } = await this.#requests;
    if (!isRequestType(type)) {
      log(`a message of the unknown type ${JSON.stringify(type)}`);
      if (!type.endsWith("_request")) return;
      this.#status("busy", message);
      this.#fail(channel, message, "Unsupported", `this kernel answers no ${type}`);
      this.#status("idle", message);
      return;
    }
    const request = REQUESTS[type].safeParse(message.content);
    if (request.success && type === "execute_request")
      return this.#enqueue({ message, request: request.data as Request<"execute_request"> });
    // Nobody waits for an answer to a comm's message.
    if (!request.success && type.startsWith("comm_") && type !== "comm_info_request")
      return log(`dropped a ${type}: ${issuesText(request.error.issues)}`);
    this.#status("busy", message);
    try {
      if (request.success) await this.#answer(channel, type, request.data, message);
      else this.#fail(channel, message, "MalformedMessage", `${type}: ${issuesText(request.error.issues)}`);
    } catch (error) {
      log(error);
      this.#fail(channel, message, "KernelError", (error as Error).message);
    } finally {
      this.#status("idle", message);
    }
  }

  async #answer(channel: Channel, type: RequestType, request: Request<RequestType>, message: Message): Promise<void> {
    const reply = (content: object) => this.#reply(channel, message, { status: "ok", ...content });
    switch (type) {
      case "complete_request":
        return reply(await this.#complete(request as Request<"complete_request">));
      case "inspect_request":
        return reply(await this.#inspect(request as Request<"inspect_request">));
      case "is_complete_request":
        return await this.#isComplete(channel, message, request as Request<"is_complete_request">);
      case "history_request":
        return reply({ history: this.#history.find(request as Request<"history_request">) });
      case "comm_info_request":
        return reply({ comms: this.#commInfo((request as Request<"comm_info_request">).target_name ?? null) });
      case "comm_open":
      case "comm_msg":
      case "comm_close":
        return this.#comm(type, request as CommRequest, message);
      case "interrupt_request":
        this.interrupt();
        return reply({});
      case "shutdown_request": {
        const { restart } = request as Request<"shutdown_request">;
        reply({ restart });
        this.#iopub.publish("shutdown_reply", { status: "ok", restart }, message.header);
        void this.end();
        return;
      }
      case "debug_request":
        return this.#fail(channel, message, "Unsupported", "this kernel has no debugger");
    }
  }

  #reply(channel: Channel, { ids, header }: Message, content: object): void {
    const type = header.msg_type.replace(/_request$/, "_reply");
    void this.#sockets.send(channel, this.#codec.encode(type, content, { ids, parent: header }));
  }

  #fail(channel: Channel, message: Message, ename: string, evalue: string): void {
    this.#reply(channel, message, { status: "error", ...reportFailure(ename, evalue) });
  }

  #status(state: "busy" | "idle", message: Message): void {
    this.#iopub.publish("status", { execution_state: state }, message.header);
    if (state === "idle") void this.#iopub.flush();
  }

  #enqueue(job: Job): void {
    this.#jobs.push(job);
    if (!this.#job) void this.#work();
  }

  async #work(): Promise<void> {
    for (let job = this.#jobs.shift(); job && !this.#isEnding; job = this.#jobs.shift()) {
      this.#job = job;
      this.#status("busy", job.message);
      const status = await this.#execute(job);
      this.#job = null;
      this.#status("idle", job.message);
      if (status === "error" && job.request.stop_on_error) this.#abort();
    }
  }

  async #execute({ message, request }: Job): Promise<Outcome["status"]> {
    const { code, silent } = request;
    const isStored = !silent && (request.store_history ?? true);
    if (isStored) {
      this.#count++;
      if (code.trim()) this.#history.add(this.#count, code);
    }
    const publish = (type: string, content: Record<string, unknown>) => {
      if (!silent) this.#iopub.publish(type, content, message.header);
    };
    const count = { execution_count: this.#count };
    publish("execute_input", { code, ...count });
    const file = isStored ? `Cell[${this.#count}]` : `Cell[${this.#count}.${++this.#silent}]`;
    const outcome = await this.#run(message, request, file);
    await this.#iopub.flush();
    const content =
      outcome.status === "ok" ? { user_expressions: outcome.expressions } : { ...outcome.error, user_expressions: {} };
    // jupyter console takes the end of an interrupt for the cell's own, and prints what is there with the reply.
    if (outcome.status === "error") {
      publish("error", { ...outcome.error });
      await this.#iopub.flush();
    }
    // What waits for the reply first, as most clients do, reads it while the value is on its way.
    this.#reply("shell", message, { status: outcome.status, ...count, ...content, payload: [] });
    if (outcome.status === "ok" && outcome.result) publish("execute_result", { ...count, ...outcome.result });
    return outcome.status;
  }

  async #run(message: Message, request: Request<"execute_request">, file: string): Promise<Outcome> {
    const failed = (ename: string, evalue: string): Outcome => ({
      status: "error",
      error: reportFailure(ename, evalue),
      started: false,
    });
    if (!this.#notebook) return failed("Unsupported", "this kernel serves the vault and runs no code");
    try {
      return await this.#notebook.run(message, request, file);
    } catch (error) {
      if (error instanceof RangeError) return failed("SyntaxError", `${file}: the code is nested too deeply`);
      log(error);
      return failed("KernelError", (error as Error).message);
    }
  }

  /** Refuses the cells that wait behind one that failed. */
  #abort(): void {
    for (const { message } of this.#jobs.splice(0)) {
      this.#status("busy", message);
      this.#reply("shell", message, { status: "aborted", execution_count: this.#count });
      this.#status("idle", message);
    }
  }

  async #isComplete(channel: Channel, message: Message, { code }: Request<"is_complete_request">): Promise<void> {
    const { isComplete } = await import("../cell/is-complete.js");
    this.#reply(channel, message, isComplete(code));
  }

  #prompt({ ids, header }: Message, prompt: string, password: boolean): string {
    const id = randomUUID();
    const frames = this.#codec.encode("input_request", { prompt, password }, { ids, parent: header, id });
    void this.#sockets.send("stdin", frames);
    return id;
  }

  #answerPrompt({ parent, content }: Message): void {
    const { value } = (content ?? {}) as { readonly value?: unknown };
    const { msg_id: question } = parent as { readonly msg_id?: string };
    this.#notebook?.answer(question, typeof value === "string" ? value : "");
  }

  async #complete({ code, cursor_pos: cursor }: Request<"complete_request">): Promise<object> {
    const found = await this.#notebook?.complete(code, unitsOf(code, cursor));
    const { matches = [], start = cursor, end = cursor } = found ?? {};
    const place = { start: charactersOf(code, start), end: charactersOf(code, end) };
    return {
      matches: matches.map(({ text }) => text),
      cursor_start: place.start,
      cursor_end: place.end,
      metadata: { _jupyter_types_experimental: matches.map((match) => ({ ...match, ...place })) },
    };
  }

  async #inspect({ code, cursor_pos: cursor }: Request<"inspect_request">): Promise<object> {
    const markdown = await this.#notebook?.inspect(code, unitsOf(code, cursor));
    if (!markdown) return { found: false, data: {}, metadata: {} };
    const text = markdown.replace(/^```(ts)?\n?/gm, "");
    return { found: true, data: { "text/markdown": markdown, "text/plain": text }, metadata: {} };
  }

  #commInfo(wanted: string | null): object {
    const comms = [...((this.#service ?? this.#notebook)?.comms ?? [])];
    const shown = comms.filter(([, target]) => wanted === null || target === wanted);
    return Object.fromEntries(shown.map(([id, target]) => [id, { target_name: target }]));
  }

  #comm(type: "comm_open" | "comm_msg" | "comm_close", request: CommRequest, origin: Message): void {
    const message: CommMessage = {
      action: type === "comm_open" ? "open" : type === "comm_msg" ? "msg" : "close",
      id: request.comm_id,
      data: request.data,
      metadata: origin.metadata,
      ...("target_name" in request ? { target: request.target_name } : {}),
    };
    if (this.#service) this.#service.receive(message);
    else this.#notebook?.comm(message, origin);
  }

  /** Ends the worker, the compiler and the kernel. */
  async end(): Promise<void> {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#history.write();
    await this.#notebook?.end();
    await this.#iopub.close();
    this.#sockets.close();
    this.#onEnd();
  }
}

const issuesText = (issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): string =>
  issues.map(({ path, message }) => `${path.join(".") || "content"}: ${message}`).join("; ");
