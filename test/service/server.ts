/// <reference lib="dom" />
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kernel, KernelManager, ServerConnection, type Session, SessionManager } from "@jupyterlab/services";
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
import type { JSONObject } from "@lumino/coreutils";
import { JSONRPCClient, type JSONRPCResponse } from "json-rpc-2.0";
import WebSocket from "ws";
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
  #settings: ServerConnection.ISettings | null = null;

  /** @param home default: a folder that is not there yet */
  constructor(home?: string) {
    this.home = home ?? join(this.folder, "home");
    chmodSync(this.folder, 0o755);
    mkdirSync(this.root);
  }

  /** @param isBound the kernel runs as a user whom permissions bind, also where the tests run as root */
  async start({ isBound = false } = {}): Promise<void> {
    const port = await freePort();
    const options = [
      "--no-browser",
      "--allow-root",
      `--port=${port}`,
      `--IdentityProvider.token=${TOKEN}`,
      `--ServerApp.root_dir=${this.root}`,
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
    const baseUrl = `http://127.0.0.1:${port}/`;
    this.#settings = ServerConnection.makeSettings({
      baseUrl,
      wsUrl: baseUrl.replace("http", "ws"),
      token: TOKEN,
      WebSocket,
      fetch,
      Request,
      Headers,
    });
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
    if (!this.#settings) throw new Error("the server is not started");
    const page = await Page.open(this.#settings);
    this.#pages.push(page);
    return page;
  }

  async stop(): Promise<void> {
    for (const page of this.#pages.splice(0)) await page.end();
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

/** What a page of JupyterLab does: a comm to the service's kernel, and JSON-RPC over it. */
export class Page {
  readonly session: Session.ISessionConnection;
  /** What the service has told so far. */
  readonly told: Told[] = [];
  readonly #managers: readonly { dispose(): void }[];
  readonly #listeners = new Set<() => void>();
  /** Answers that belong to no call. */
  readonly #strays: Answer[] = [];
  readonly #client = new JSONRPCClient((request) => this.#pieces.send(JSON.stringify(request)));
  #comm!: Kernel.IComm;
  #pieces!: Pieces;

  private constructor(session: Session.ISessionConnection, managers: readonly { dispose(): void }[]) {
    this.session = session;
    this.#managers = managers;
    this.connect();
  }

  static async open(serverSettings: ServerConnection.ISettings): Promise<Page> {
    const kernelManager = new KernelManager({ serverSettings });
    const sessionManager = new SessionManager({ kernelManager, serverSettings });
    await sessionManager.ready;
    const model = await sessionManager.findByPath(SERVICE_SESSION.path);
    const session = model
      ? sessionManager.connectTo({ model })
      : await sessionManager.startNew({ ...SERVICE_SESSION, kernel: { name: "litlab" } });
    return new Page(session, [sessionManager, kernelManager]);
  }

  get kernel(): Kernel.IKernelConnection {
    if (!this.session.kernel) throw new Error("the session has no kernel");
    return this.session.kernel;
  }

  /** Opens a comm, the page's from now on. */
  connect(): void {
    const comm = this.kernel.createComm(COMM_TARGET);
    const pieces = new Pieces(
      (message) => void comm.send(message as JSONObject),
      (text) => this.#take(JSON.parse(text)),
    );
    comm.onMsg = ({ content }) => pieces.take(content.data);
    comm.open();
    [this.#comm, this.#pieces] = [comm, pieces];
  }

  get comm(): Kernel.IComm {
    return this.#comm;
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return Promise.resolve(this.#client.request(method, params)) as Promise<Result<M>>;
  }

  /** Sends a text as it is; gives the answer, which belongs to no call. */
  async say(text: string): Promise<Answer> {
    return await this.send({ text });
  }

  /** Sends data of the comm as they are. */
  async send(data: JSONObject): Promise<Answer> {
    this.#comm.send(data);
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
    for (const look of [...this.#listeners]) look();
  }

  /** Closes the page's comm and lets go of the server, whose kernel goes on. */
  async end(): Promise<void> {
    if (!this.#comm.isDisposed) await this.#comm.close().done.catch(() => undefined);
    this.session.dispose();
    for (const manager of this.#managers) manager.dispose();
  }
}

const isBatch = (message: unknown): message is readonly JSONRPCResponse[] => Array.isArray(message);
