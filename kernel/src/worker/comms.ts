import { randomUUID } from "node:crypto";
import type { CommMessage } from "../channel.js";
import { currentCell, send } from "./output.js";

export interface CommOptions {
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** Bytes that go along as they are. */
  readonly buffers?: readonly Uint8Array[];
}

/** What arrives over a comm. */
export interface CommEvent {
  readonly data: unknown;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly buffers: readonly Buffer[];
}

type Listener = (event: CommEvent) => unknown;

const targets = new Map<string, (comm: Comm, event: CommEvent) => unknown>();
const comms = new Map<string, Comm>();

/** A channel to a frontend, open on both sides. */
export class Comm {
  readonly id: string;
  readonly target: string;
  /** Hears what the frontend sends. */
  onMessage: Listener | null = null;
  /** Hears that the frontend has closed it. */
  onClose: Listener | null = null;

  constructor(target: string, id: string) {
    this.target = target;
    this.id = id;
  }

  send(data: unknown, options: CommOptions = {}): void {
    sendComm({ action: "msg", id: this.id, data, metadata: options.metadata ?? {} }, options);
  }

  close(data: unknown = {}, options: CommOptions = {}): void {
    if (!comms.delete(this.id)) return;
    sendComm({ action: "close", id: this.id, data, metadata: options.metadata ?? {} }, options);
  }
}

const sendComm = (message: CommMessage, { buffers = [] }: CommOptions): void =>
  send({ type: "comm", cell: currentCell(), message: { ...message, data: message.data ?? {} } }, buffers);

/** Channels to frontends, such as widgets use. */
export const commRegistry = {
  /** Opens a channel to what the frontend has registered under a name. */
  open(target: string, data: unknown = {}, options: CommOptions & { readonly id?: string } = {}): Comm {
    const comm = new Comm(target, options.id ?? randomUUID().replaceAll("-", ""));
    comms.set(comm.id, comm);
    sendComm({ action: "open", id: comm.id, target, data, metadata: options.metadata ?? {} }, options);
    return comm;
  },
  /** Lets frontends open channels under a name. */
  register(target: string, opened: (comm: Comm, event: CommEvent) => unknown): void {
    targets.set(target, opened);
  },
  unregister(target: string): void {
    targets.delete(target);
  },
};

/** Takes in what a frontend sent. */
export async function receiveComm(message: CommMessage, buffers: readonly Buffer[]): Promise<void> {
  const event = { data: message.data, metadata: message.metadata, buffers };
  if (message.action === "open") {
    const opened = targets.get(message.target ?? "");
    if (!opened) {
      sendComm(
        { action: "close", id: message.id, data: { error: `no comm target '${message.target}'` }, metadata: {} },
        {},
      );
      return;
    }
    const comm = new Comm(message.target ?? "", message.id);
    comms.set(comm.id, comm);
    await opened(comm, event);
    return;
  }
  const comm = comms.get(message.id);
  if (message.action === "close") comms.delete(message.id);
  await (message.action === "close" ? comm?.onClose : comm?.onMessage)?.(event);
}
