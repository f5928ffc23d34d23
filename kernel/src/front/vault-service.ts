import {
  COMM_TARGET,
  METHODS,
  type MethodName,
  type Notification,
  type NotificationName,
  Pieces,
} from "@litlab/sdk/rpc";
import { LitError, type Methods, openService, type Page, type Service } from "@litlab/sdk/service";
import {
  createJSONRPCErrorResponse,
  JSONRPCErrorCode,
  JSONRPCErrorException,
  type JSONRPCRequest,
  type JSONRPCResponse,
  JSONRPCServer,
} from "json-rpc-2.0";
import type { z } from "zod";
import type { CommMessage } from "../channel.js";
import { KERNEL_VERSION } from "../versions.js";
import type { Iopub } from "./iopub.js";
import { log } from "./log.js";
import { Notifier } from "./notifier.js";

/** A page that says nothing for so long is gone; so is the service when no page says anything, ms. */
const IDLE = 10 * 60_000;
/** JSON-RPC's code of an error of Lit Lab; `data.code` is that of the error itself. */
const LIT_ERROR = -32000;

/** A page's comm. */
interface Client {
  readonly pieces: Pieces;
  readonly notifier: Notifier;
  readonly page: Page;
  readonly idle: NodeJS.Timeout;
}

/** JSON-RPC 2.0 over the comm `litlab.vault`: what the pages of JupyterLab ask a kernel of the extension's own for. */
export class VaultService {
  /** Open comms and their target. */
  readonly comms = new Map<string, string>();
  readonly #clients = new Map<string, Client>();
  readonly #iopub: Iopub;
  readonly #onIdle: () => void;
  #idle: NodeJS.Timeout | null = null;
  readonly #service: Service;
  readonly #server = new JSONRPCServer<Client>({ errorListener: () => undefined });

  /**
   * @param root the folder of Jupyter's server
   * @param onIdle hears that nobody has asked for anything for ten minutes. Jupyter starts every kernel anew that ends by
   *   itself, so one that nobody has spoken to stays: it is small, and would be back at once
   */
  constructor(iopub: Iopub, root: string, onIdle: () => void) {
    this.#iopub = iopub;
    this.#onIdle = onIdle;
    this.#service = openService({
      version: KERNEL_VERSION,
      root,
      onChange: (change) => {
        for (const { notifier } of this.#clients.values()) notifier.changed(change);
      },
      onRename: (rename) => {
        for (const { notifier } of this.#clients.values()) notifier.renamed(rename);
      },
    });
    process.once("exit", () => this.#service.end());
    this.#server.mapErrorToJSONRPCErrorResponse = errorResponse;
    this.#server.handleMethodNotFound = async ({ id, method }) =>
      id === undefined
        ? null
        : createJSONRPCErrorResponse(id, JSONRPCErrorCode.MethodNotFound, `no method ${JSON.stringify(method)}`);
    for (const name of Object.keys(METHODS) as MethodName[]) this.#serve(name);
  }

  receive({ action, id, target, data }: CommMessage): void {
    this.#idle ??= setTimeout(this.#onIdle, IDLE);
    this.#idle.refresh();
    if (action === "open") {
      if (target === COMM_TARGET) this.#open(id);
      else this.#iopub.publish("comm_close", { comm_id: id, data: { error: `no comm target '${target}'` } }, {});
      return;
    }
    const client = this.#clients.get(id);
    if (action === "close") this.#leave(id);
    else if (!client) this.#send(id, { text: notification("closed", {}) });
    else {
      client.idle.refresh();
      try {
        client.pieces.take(data);
      } catch (error) {
        log(error);
        reply(client, createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, "no message of Lit Lab's"));
      }
    }
  }

  #open(id: string): void {
    if (this.#clients.has(id)) return;
    const pieces = new Pieces(
      (data) => this.#send(id, data),
      (text) => void this.#answer(client, text),
    );
    const notifier = new Notifier((method, params) => pieces.send(notification(method, params)));
    const client: Client = {
      pieces,
      notifier,
      page: { progress: (note) => notifier.progress(note) },
      // A page that speaks again is told.
      idle: setTimeout(() => this.#leave(id), IDLE),
    };
    this.#clients.set(id, client);
    this.comms.set(id, COMM_TARGET);
  }

  #send(id: string, data: object): void {
    this.#iopub.publish("comm_msg", { comm_id: id, data }, {});
  }

  #leave(id: string): void {
    const client = this.#clients.get(id);
    if (!client) return;
    this.#clients.delete(id);
    this.comms.delete(id);
    clearTimeout(client.idle);
    client.notifier.end();
    this.#service.leave(client.page);
  }

  async #answer(client: Client, text: string): Promise<void> {
    let request: unknown;
    try {
      request = JSON.parse(text);
    } catch (error) {
      return reply(client, createJSONRPCErrorResponse(null, JSONRPCErrorCode.ParseError, (error as Error).message));
    }
    try {
      // It refuses what is no request, but for what has no properties.
      const answer = await this.#server.receive(request as JSONRPCRequest | JSONRPCRequest[], client);
      client.notifier.flushProgress();
      if (answer) reply(client, answer);
    } catch {
      reply(client, createJSONRPCErrorResponse(null, JSONRPCErrorCode.InvalidRequest, "no JSON-RPC 2.0 request"));
    }
  }

  #serve<M extends MethodName>(name: M): void {
    const { params: expected, result: promised }: { params: z.ZodType; result: z.ZodType } = METHODS[name];
    const run = this.#service.methods[name] as Methods<M>[M];
    this.#server.addMethod(name, async (params: unknown, { page }) => {
      const given = expected.safeParse(params ?? {});
      if (!given.success)
        throw new JSONRPCErrorException(problemsOf(name, given.error), JSONRPCErrorCode.InvalidParams);
      return promised.parse(await run(given.data as Parameters<typeof run>[0], page));
    });
  }
}

const notification = <N extends NotificationName>(method: N, params: Notification<N>): string =>
  JSON.stringify({ jsonrpc: "2.0", method, params });

/** What is wrong with parameters, by the name of the field. */
const problemsOf = (method: string, { issues }: z.ZodError): string =>
  `${method}: ${issues.map(({ path, message }) => `${path.join(".") || "params"}: ${message}`).join("; ")}`;

function errorResponse(id: Parameters<typeof createJSONRPCErrorResponse>[0], error: unknown) {
  if (error instanceof JSONRPCErrorException) return createJSONRPCErrorResponse(id, error.code, error.message);
  const { message } = error as Error;
  if (error instanceof LitError) {
    const code = error.code === null ? null : String(error.code);
    return createJSONRPCErrorResponse(id, LIT_ERROR, message, { code });
  }
  log(error);
  return createJSONRPCErrorResponse(id, JSONRPCErrorCode.InternalError, message);
}

function reply({ pieces }: Client, answer: JSONRPCResponse | JSONRPCResponse[]): void {
  try {
    pieces.send(JSON.stringify(answer));
  } catch (error) {
    const [{ id }] = [answer].flat() as [JSONRPCResponse];
    pieces.send(
      JSON.stringify(createJSONRPCErrorResponse(id, JSONRPCErrorCode.InternalError, (error as Error).message)),
    );
  }
}
