import { z } from "zod";
import type { CommMessage } from "../channel.js";
import { KERNEL_VERSION } from "../versions.js";
import type { Iopub } from "./iopub.js";

/** The comm that the JupyterLab extension opens. */
const TARGET = "litlab.vault";
const IDLE = 10 * 60_000;

const request = z.object({
  jsonrpc: z.literal("2.0"),
  id: z.union([z.string(), z.number()]).optional(),
  method: z.string(),
  params: z.record(z.string(), z.unknown()).optional(),
});

/** JSON-RPC's error codes. */
const ERRORS = { invalidRequest: -32600, methodNotFound: -32601 } as const;

/** JSON-RPC 2.0 over the comm `litlab.vault`: what the JupyterLab extension asks a kernel of its own for. */
export class VaultService {
  /** Open comms and their target. */
  readonly comms = new Map<string, string>();
  readonly #iopub: Iopub;
  readonly #methods: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => unknown>> = {
    hello: () => ({ name: "litlab", version: KERNEL_VERSION, pid: process.pid }),
    ping: () => "pong",
  };
  readonly #idle: NodeJS.Timeout;

  /** @param onIdle hears that nobody has asked for anything for ten minutes */
  constructor(iopub: Iopub, onIdle: () => void) {
    this.#iopub = iopub;
    this.#idle = setTimeout(onIdle, IDLE);
  }

  receive({ action, id, target, data }: CommMessage): void {
    this.#idle.refresh();
    if (action === "open") {
      if (target === TARGET) this.comms.set(id, TARGET);
      else this.#iopub.publish("comm_close", { comm_id: id, data: { error: `no comm target '${target}'` } }, {});
      return;
    }
    if (action === "close" || !this.comms.has(id)) {
      this.comms.delete(id);
      return;
    }
    const answer = this.#answer(data);
    if (answer) this.#iopub.publish("comm_msg", { comm_id: id, data: answer }, {});
  }

  #answer(data: unknown): Record<string, unknown> | null {
    const parsed = request.safeParse(data);
    if (!parsed.success) return failure(null, ERRORS.invalidRequest, "not a JSON-RPC 2.0 request");
    const { id, method, params = {} } = parsed.data;
    if (id === undefined) return null;
    const run = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined;
    if (!run) return failure(id, ERRORS.methodNotFound, `there is no method ${JSON.stringify(method)}`);
    return { jsonrpc: "2.0", id, result: run(params) };
  }
}

const failure = (id: string | number | null, code: number, message: string): Record<string, unknown> => ({
  jsonrpc: "2.0",
  id,
  error: { code, message },
});
