import type { ISessionContext } from "@jupyterlab/apputils";
import type { Kernel } from "@jupyterlab/services";
import { sendQuietly } from "../send-quietly.js";
import { answerOf, isRecord, type PartFigure, type Range, TARGET, VERSION } from "./messages.js";

/** As many candles as a chart draws at most. */
const WIDTH = 2000;

/** Asks the kernel for parts of a chart, one at a time: of what is wanted meanwhile only the newest is asked for. */
export class BarsChannel {
  readonly #context: ISessionContext;
  readonly #id: string;
  readonly #onPart: (part: PartFigure, range: Range) => void;
  #comm: Kernel.IComm | null = null;
  #request = 0;
  #asked: Range | null = null;
  #wanted: Range | null = null;

  constructor(context: ISessionContext, id: string, onPart: (part: PartFigure, range: Range) => void) {
    this.#context = context;
    this.#id = id;
    this.#onPart = onPart;
    // A notebook that is closed leaves its kernel before its outputs go.
    context.disposed.connect(this.close, this);
  }

  /** Nothing comes of it where there is no kernel, or one that no longer has the chart. */
  ask(range: Range): void {
    this.#wanted = range;
    if (this.#comm?.isDisposed) this.#drop(); // the kernel was restarted or exchanged
    if (!this.#asked) this.#send();
  }

  /** What was asked for is no longer wanted. */
  forget(): void {
    this.#wanted = null;
  }

  close(): void {
    this.#context.disposed.disconnect(this.close, this);
    this.#wanted = null;
    const comm = this.#comm;
    this.#drop();
    if (comm && !comm.isDisposed) sendQuietly(() => comm.close().done);
  }

  #drop(): void {
    this.#comm = null;
    this.#asked = null;
  }

  #send(): void {
    const range = this.#wanted;
    this.#comm ??= this.#open();
    if (!range || !this.#comm) return;
    const { from, to } = range;
    this.#asked = range;
    this.#request++;
    const comm = this.#comm;
    const sent = sendQuietly(() => comm.send({ request: this.#request, from, to, width: WIDTH }).done);
    if (!sent) this.#drop();
  }

  #open(): Kernel.IComm | null {
    const kernel = this.#context.session?.kernel;
    if (!kernel?.handleComms || kernel.isDisposed) return null;
    const comm = kernel.createComm(TARGET);
    comm.onMsg = ({ content }) => this.#receive(content.data);
    comm.onClose = () => {
      if (this.#comm === comm) this.#drop();
    };
    return sendQuietly(() => comm.open({ version: VERSION, id: this.#id }).done) ? comm : null;
  }

  #receive(message: unknown): void {
    const range = this.#asked;
    if (!range || !isRecord(message) || message.request !== this.#request) return;
    this.#asked = null;
    const answer = answerOf(message);
    if (this.#wanted !== range) this.#send();
    else if (answer) this.#onPart(answer, range);
  }
}
