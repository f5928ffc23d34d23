import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  COMM_TARGET,
  type MethodName,
  type Notification,
  type NotificationName,
  type Params,
  Pieces,
  type Result,
  SERVICE_SESSION,
} from "@litlab/sdk/rpc";
import { JSONRPCClient, type JSONRPCResponse } from "json-rpc-2.0";
import { vi } from "vitest";
import { WebSocket } from "ws";
import { freePort } from "../free-port.js";
import { ROOT } from "../python.js";

const TOKEN = "a-token-of-the-tests";
const NOBODY = 65534;

/** Jupyter's own server over a folder, with a home and a cache of its own. */
export class Server {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), "litlab-service-")));
  readonly root = join(this.folder, "root");
  readonly home: string;
  readonly cache = join(this.folder, "cache");
  readonly #pages: Page[] = [];
  #server: ChildProcess | null = null;
  #port = 0;

  /** @param home default: a folder that is not there yet */
  constructor(home?: string) {
    this.home = home ?? join(this.folder, "home");
    chmodSync(this.folder, 0o755);
    mkdirSync(this.root);
  }

  /** @param isBound the kernel runs as a user whom permissions bind, also where the tests run as root */
  async start({ isBound = false } = {}): Promise<void> {
    const port = await freePort();
    this.#port = port;
    const options = [
      "--no-browser",
      "--allow-root",
      `--port=${port}`,
      `--IdentityProvider.token=${TOKEN}`,
      `--ServerApp.root_dir=${this.root}`,
      // A kernel that a test kills stays dead.
      "--KernelManager.autorestart=False",
    ];
    const env = {
      ...process.env,
      JUPYTER_PATH: isBound && process.getuid?.() === 0 ? this.#boundKernel() : join(ROOT, ".venv/share/jupyter"),
      JUPYTER_RUNTIME_DIR: join(this.folder, "runtime"),
      LIT_HOME: this.home,
      XDG_CACHE_HOME: this.cache,
    };
    const jupyter = join(ROOT, ".venv/bin/jupyter");
    this.#server = spawn(jupyter, ["server", ...options], { env, stdio: ["ignore", "pipe", "pipe"] });
    await untilReady(this.#server, port);
    // It says that it is running before it listens.
    await vi.waitFor(() => this.#ask("GET", "status"), { timeout: 60_000 });
  }

  /** A folder with a kernelspec "litlab" whose kernel runs as nobody. */
  #boundKernel(): string {
    const spec = join(this.folder, "jupyter/kernels/litlab");
    mkdirSync(spec, { recursive: true });
    const drop = `cp "$0" "$1" && chmod 644 "$1" && exec setpriv --reuid=${NOBODY} --clear-groups "$2" "$3" "$1"`;
    const kernel = [join(this.folder, "connection.json"), process.execPath, join(ROOT, "kernel/bin/litlab-kernel.mjs")];
    const argv = ["bash", "-c", drop, "{connection_file}", ...kernel];
    writeFileSync(join(spec, "kernel.json"), JSON.stringify({ argv, display_name: "bound", language: "typescript" }));
    return join(this.folder, "jupyter");
  }

  /** Another page: it joins the session of the service, or starts it. */
  async open(): Promise<Page> {
    const session = { ...SERVICE_SESSION, kernel: { name: "litlab" } };
    const { kernel } = JSON.parse(await this.#ask("POST", "sessions", session)) as { kernel: { id: string } };
    const page = new Page(kernel.id);
    this.#pages.push(page);
    await page.connect(`ws://127.0.0.1:${this.#port}/api/kernels/${kernel.id}/channels?token=${TOKEN}`);
    return page;
  }

  /** Puts an end to a page's kernel, dead or not; the next page gets another. */
  async endKernel({ kernel }: Page): Promise<void> {
    await this.#ask("DELETE", `kernels/${kernel}`);
  }

  /** Asks Jupyter's API. */
  async #ask(method: "GET" | "DELETE" | "POST", path: string, body?: object): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/api/${path}`, {
      method,
      headers: { Authorization: `token ${TOKEN}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text;
  }

  async stop(): Promise<void> {
    for (const page of this.#pages.splice(0)) page.end();
    if (this.#server?.exitCode === null) {
      const ended = once(this.#server, "exit");
      this.#server.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function untilReady(server: ChildProcess, port: number): Promise<void> {
  let text = "";
  return new Promise((resolve, reject) => {
    const read = (data: Buffer) => {
      text += data;
      if (text.includes(`:${port}/`)) resolve();
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.on("exit", (code) => reject(new Error(`the server ended with code ${code}\n${text}`)));
  });
}

/** What the service tells, and when it came, ms. */
type Told = { readonly at: number } & {
  [N in NotificationName]: { readonly method: N; readonly params: Notification<N> };
}[NotificationName];
/** An answer, or those of a batch. */
type Answer = JSONRPCResponse | readonly JSONRPCResponse[];

/** A message of Jupyter's protocol, as far as it is read here. */
interface Message {
  readonly channel: string;
  readonly header: { readonly msg_type: string };
  readonly parent_header: { readonly msg_id?: string };
  readonly content: Readonly<Record<string, unknown>>;
}

/** What a page of JupyterLab does: a comm to the service's kernel, and JSON-RPC over it. */
export class Page {
  /** The kernel's id. */
  readonly kernel: string;
  /** What the service has told so far. */
  readonly told: Told[] = [];
  readonly #listeners = new Set<() => void>();
  /** Answers that belong to no call. */
  readonly #strays: Answer[] = [];
  readonly #client = new JSONRPCClient((request) => this.#pieces.send(JSON.stringify(request)));
  readonly #pieces = new Pieces(
    (data) => this.#comm("comm_msg", { data }),
    (text) => this.#take(JSON.parse(text)),
  );
  readonly #replies = new Map<string, Message["content"]>();
  #socket: WebSocket | null = null;
  #id = "";
  /** Why the kernel has closed the comm. */
  #closed: unknown = null;

  constructor(kernel: string) {
    this.kernel = kernel;
  }

  /** Connects to the kernel and opens a comm. */
  async connect(address: string): Promise<void> {
    const socket = new WebSocket(address, { maxPayload: 2 ** 30 });
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(JSON.parse(String(data))));
    await once(socket, "open");
    this.openComm(COMM_TARGET);
  }

  /** Opens a comm, the page's from now on. */
  openComm(target: string): void {
    [this.#id, this.#closed] = [randomUUID(), null];
    this.#comm("comm_open", { target_name: target });
  }

  closeComm(): void {
    this.#comm("comm_close", {});
  }

  /** Why the kernel closes the comm, once it does. */
  closed(): Promise<unknown> {
    return this.until(() => this.#closed ?? undefined);
  }

  /** Sends a request of Jupyter's protocol; gives what the reply says. */
  async request(type: string, content: object): Promise<Message["content"]> {
    const id = this.#post(type, content);
    return await this.until(() => this.#replies.get(id));
  }

  #comm(type: string, content: object): void {
    this.#post(type, { comm_id: this.#id, data: {}, ...content });
  }

  #post(msg_type: string, content: object): string {
    const header = { msg_id: randomUUID(), msg_type, session: "", username: "", date: "", version: "5.3" };
    this.#socket?.send(
      JSON.stringify({ header, parent_header: {}, metadata: {}, content, channel: "shell", buffers: [] }),
    );
    return header.msg_id;
  }

  #receive({ channel, header, parent_header, content }: Message): void {
    if (channel === "shell" && parent_header.msg_id) this.#replies.set(parent_header.msg_id, content);
    else if (content.comm_id === this.#id && header.msg_type === "comm_msg") this.#pieces.take(content.data);
    else if (content.comm_id === this.#id && header.msg_type === "comm_close") this.#closed = content.data;
    for (const look of [...this.#listeners]) look();
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return Promise.resolve(this.#client.request(method, params)) as Promise<Result<M>>;
  }

  /** Sends a text as it is; gives the answer, which belongs to no call. */
  async say(text: string): Promise<Answer> {
    return await this.send({ text });
  }

  /** Sends data of the comm as they are. */
  async send(data: object): Promise<Answer> {
    this.#comm("comm_msg", { data });
    return await this.until(() => this.#strays.shift());
  }

  /** When the page was told that a part of a team changed, after it had been told so many things. */
  async changed(team: string | null, part: Notification<"changed">["what"][number], after = 0): Promise<number> {
    const isIt = (told: Told) =>
      told.method === "changed" && told.params.team === team && told.params.what.includes(part);
    return (await this.until(() => this.told.slice(after).find(isIt))).at;
  }

  /** Waits until something has come that `find` takes. */
  until<T>(find: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found === undefined) return;
        this.#listeners.delete(look);
        resolve(found);
      };
      this.#listeners.add(look);
      look();
    });
  }

  #take(message: JSONRPCResponse | readonly JSONRPCResponse[] | Omit<Told, "at">): void {
    if (isBatch(message)) this.#strays.push(message);
    else if ("method" in message) this.told.push({ ...message, at: Date.now() } as Told);
    else if (typeof message.id === "number") this.#client.receive(message);
    else this.#strays.push(message);
  }

  /** Lets go of the server, whose kernel goes on. */
  end(): void {
    this.#socket?.close();
  }
}

const isBatch = (message: unknown): message is readonly JSONRPCResponse[] => Array.isArray(message);
