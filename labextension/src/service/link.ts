import type { Kernel, Session } from "@jupyterlab/services";
import { COMM_TARGET, Pieces } from "@litlab/sdk/rpc";
import type { JSONObject } from "@lumino/coreutils";
import type { IDisposable } from "@lumino/disposable";
import {
  createJSONRPCErrorResponse,
  isJSONRPCRequest,
  isJSONRPCResponse,
  JSONRPCClient,
  JSONRPCErrorException,
  type JSONRPCID,
} from "json-rpc-2.0";
import { sendQuietly } from "../send-quietly.js";
import { ServiceError } from "./tokens.js";

/** A JSON-RPC error code of our own side. */
const NO_ANSWER = -1;

/** A call did not end because the service, or the way to it, was gone. */
export class LinkLost extends Error {
  override readonly name = "LinkLost";
}

/** The service did not answer in the time that it was given. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

export interface LinkOptions {
  readonly onNotification: (method: string, params: unknown) => void;
  readonly onLost: () => void;
}

/** One comm to the service's kernel, from its opening until either side is gone. */
export class Link implements IDisposable {
  readonly #session: Session.ISessionConnection;
  readonly #options: LinkOptions;
  readonly #client = new JSONRPCClient((request) => this.#pieces.send(JSON.stringify(request)));
  readonly #pieces = new Pieces(
    (message) => this.#send(message),
    (text) => this.#receive(text),
  );
  readonly #comm;
  #wasConnected = false;
  isDisposed = false;

  /** @param session a connection with a kernel that handles comms; the link disposes it */
  constructor(session: Session.ISessionConnection, options: LinkOptions) {
    const { kernel } = session;
    if (!kernel) throw new LinkLost();
    this.#session = session;
    this.#options = options;
    this.#comm = kernel.createComm(COMM_TARGET);
    this.#comm.onMsg = ({ content }) => this.#take(content.data);
    this.#comm.onClose = () => this.#lose();
    session.disposed.connect(this.#lose, this);
    kernel.disposed.connect(this.#lose, this);
    kernel.statusChanged.connect((_, status) => {
      if (isRestarting(status) || status === "dead") this.#lose();
    });
    this.#wasConnected = kernel.connectionStatus === "connected";
    kernel.connectionStatusChanged.connect((_, status) => {
      // It may come back to a server that no longer has the session: a new link finds out at once.
      if (status === "connected") this.#wasConnected = true;
      else if (this.#wasConnected) this.#lose();
    });
    sendQuietly(() => this.#comm.open().done);
  }

  /** @throws LinkLost; NoAnswer after `timeout` ms; ServiceError with what the service answered */
  async request(method: string, params: unknown, timeout?: number): Promise<unknown> {
    if (this.isDisposed) throw new LinkLost();
    const late = (id: JSONRPCID) => createJSONRPCErrorResponse(id, NO_ANSWER, "");
    const client = timeout ? this.#client.timeout(timeout, late) : this.#client;
    try {
      return await client.request(method, params);
    } catch (error) {
      if (this.isDisposed) throw new LinkLost();
      if (!(error instanceof JSONRPCErrorException)) throw error;
      if (error.code === NO_ANSWER) throw new NoAnswer();
      const { code } = (error.data ?? {}) as { code?: unknown };
      throw new ServiceError(error.message, typeof code === "string" ? code : null);
    }
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.#client.rejectAllPendingRequests("lost");
    if (!this.#comm.isDisposed && !this.#session.isDisposed) sendQuietly(() => this.#comm.close().done);
    disposeLater(this.#session);
  }

  #lose(): void {
    if (this.isDisposed) return;
    this.dispose();
    this.#options.onLost();
  }

  #send(message: Record<string, unknown>): void {
    if (!sendQuietly(() => this.#comm.send(message as JSONObject).done)) this.#lose();
  }

  #take(message: unknown): void {
    try {
      this.#pieces.take(message);
    } catch (error) {
      console.warn(`Lit Lab: ${String(error)}`);
      this.#lose();
    }
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text);
    if (isJSONRPCResponse(message)) this.#client.receive(message);
    else if (!isJSONRPCRequest(message)) return;
    else if (message.method === "closed") this.#lose();
    else this.#options.onNotification(message.method, message.params);
  }
}

/**
 * Disposes a session once JupyterLab is through with what it does about a connection that was lost or a kernel that was
 * restarted: it reports errors on finding the session gone meanwhile.
 */
function disposeLater(session: Session.ISessionConnection): void {
  const { kernel } = session;
  const dispose = () => setTimeout(() => session.dispose());
  if (!kernel || kernel.isDisposed || !isRestarting(kernel.status)) dispose();
  else kernel.connectionStatusChanged.connect((_, status) => status !== "connecting" && dispose());
}

const isRestarting = (status: Kernel.Status): boolean => status === "restarting" || status === "autorestarting";
