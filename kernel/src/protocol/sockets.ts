import { Reply, Router, XPublisher } from "zeromq";
import { addressOf, type Connection } from "./connection-file.js";

/** How the frame of a subscription begins. */
const SUBSCRIBES = 1;

type Frames = readonly (Buffer | Uint8Array | string)[];

/** A socket that sends one message after the other. */
class Sender {
  readonly #socket: Router | XPublisher;
  #last: Promise<void> = Promise.resolve();

  constructor(socket: Router | XPublisher) {
    this.#socket = socket;
  }

  send(frames: Frames): Promise<void> {
    const sent = this.#last.then(() => this.#socket.send(frames as Buffer[]));
    // A frontend that went away takes its replies with it.
    this.#last = sent.catch(() => undefined);
    return this.#last;
  }
}

export type Channel = "shell" | "control" | "stdin";

/** The five sockets of a kernel. */
export class Sockets {
  readonly #routers: Readonly<Record<Channel, Router>>;
  readonly #senders: Readonly<Record<Channel | "iopub", Sender>>;
  readonly #iopub = new XPublisher({ sendHighWaterMark: 0, linger: 1000, verbosity: "allSubs" });
  readonly #heartbeat = new Reply({ linger: 0 });

  constructor() {
    const router = () => new Router({ sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 1000 });
    this.#routers = { shell: router(), control: router(), stdin: router() };
    this.#senders = {
      shell: new Sender(this.#routers.shell),
      control: new Sender(this.#routers.control),
      stdin: new Sender(this.#routers.stdin),
      iopub: new Sender(this.#iopub),
    };
  }

  /** Listens where the connection says. @throws Error if a port is taken */
  async bind(connection: Connection): Promise<void> {
    const { shell, control, stdin } = this.#routers;
    await Promise.all([
      shell.bind(addressOf(connection, connection.shell_port)),
      control.bind(addressOf(connection, connection.control_port)),
      stdin.bind(addressOf(connection, connection.stdin_port)),
      this.#iopub.bind(addressOf(connection, connection.iopub_port)),
      this.#heartbeat.bind(addressOf(connection, connection.hb_port)),
    ]);
    void this.#beat();
  }

  send(channel: Channel | "iopub", frames: Frames): Promise<void> {
    return this.#senders[channel].send(frames);
  }

  async listen(channel: Channel, use: (frames: Buffer[]) => void): Promise<void> {
    for await (const frames of this.#routers[channel]) use(frames);
  }

  /** Hears what frontends subscribe to on iopub: the first bytes of a topic, none for everything. */
  async listenToSubscriptions(use: (topic: Buffer) => void): Promise<void> {
    for await (const [frame] of this.#iopub) if (frame?.[0] === SUBSCRIBES) use(frame.subarray(1));
  }

  close(): void {
    for (const socket of [...Object.values(this.#routers), this.#iopub, this.#heartbeat]) socket.close();
  }

  async #beat(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }
}
