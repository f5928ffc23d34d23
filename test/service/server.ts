import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
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
import { JSONRPCClient, type JSONRPCResponse } from "json-rpc-2.0";
import WebSocket from "ws";
import { freePort } from "../free-port.js";
import { ROOT } from "../python.js";

const TOKEN = "a-token-of-the-tests";

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
    mkdirSync(this.root);
  }

  async start(): Promise<void> {
    const port = await freePort();
    const options = [
      "--no-browser",
      "--allow-root",
      "--port",
      String(port),
      `--IdentityProvider.token=${TOKEN}`,
      `--ServerApp.root_dir=${this.root}`,
    ];
    const env = {
      ...process.env,
      JUPYTER_PATH: join(ROOT, ".venv/share/jupyter"),
      JUPYTER_RUNTIME_DIR: join(this.folder, "runtime"),
      LIT_HOME: this.home,
      XDG_CACHE_HOME: this.cache,
    };
    this.#server = spawn(join(ROOT, ".venv/bin/jupyter"), ["server", ...options], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    await untilReady(this.#server, port);
    const baseUrl = `http://127.0.0.1:${port}/`;
    this.#settings = ServerConnection.makeSettings({
      baseUrl,
      wsUrl: baseUrl.replace("http", "ws"),
      token: TOKEN,
      // @ts-expect-error the page's WebSocket has a few members that nothing here uses
      WebSocket,
      fetch,
      Request,
      Headers,
    });
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

type Told = { [N in NotificationName]: { readonly method: N; readonly params: Notification<N> } }[NotificationName];

/** What a page of JupyterLab does: a comm to the service's kernel, and JSON-RPC over it. */
export class Page {
  readonly session: Session.ISessionConnection;
  /** What the service has told so far. */
  readonly told: Told[] = [];
  readonly #managers: readonly { dispose(): void }[];
  readonly #listeners = new Set<() => void>();
  /** Answers that belong to no call. */
  readonly #strays: JSONRPCResponse[] = [];
  readonly #client = new JSONRPCClient((request) => this.#pieces.send(JSON.stringify(request)));
  #comm: Kernel.IComm;
  #pieces: Pieces;

  private constructor(session: Session.ISessionConnection, managers: readonly { dispose(): void }[]) {
    this.session = session;
    this.#managers = managers;
    [this.#comm, this.#pieces] = this.connect();
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
  connect(): [Kernel.IComm, Pieces] {
    const comm = this.kernel.createComm(COMM_TARGET);
    const pieces = new Pieces(
      (message) => void comm.send(message as never),
      (text) => this.#take(JSON.parse(text)),
    );
    comm.onMsg = ({ content }) => pieces.take(content.data);
    comm.open();
    [this.#comm, this.#pieces] = [comm, pieces];
    return [comm, pieces];
  }

  get comm(): Kernel.IComm {
    return this.#comm;
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return Promise.resolve(this.#client.request(method, params)) as Promise<Result<M>>;
  }

  /** Sends a text as it is; gives the answer, which belongs to no call. */
  async say(text: string): Promise<JSONRPCResponse | JSONRPCResponse[]> {
    this.#pieces.send(text);
    return await this.until(() => this.#strays.shift());
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

  #take(message: JSONRPCResponse | JSONRPCResponse[] | Told): void {
    if (Array.isArray(message)) this.#strays.push(message as never);
    else if ("method" in message) this.told.push(message);
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
