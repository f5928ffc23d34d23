/** The process that runs a notebook's cells. The front starts it and speaks to it over pipes. */
import { Socket } from "node:net";
import { FrameReader, type Outcome, type ToWorker } from "../channel.js";
import { commRegistry, receiveComm } from "./comms.js";
import { clearOutput, DisplayHandle, display, html, md, svg } from "./display.js";
import { InterruptWatch } from "./interrupts.js";
import { Modules } from "./modules.js";
import { captureStreams, cellOf, send } from "./output.js";
import { allowPrompts, answered, cancelPrompts, prompt } from "./prompt.js";
import { CellRunner } from "./run-cell.js";
import { Scope } from "./scope.js";
import { installFunctionTexts, installStackTraces, reportError } from "./stack-traces.js";
import { trackWork } from "./started-work.js";
import { transformed } from "./transform-module.js";
import { tslab } from "./tslab.js";

const FROM_FRONT = 4;
const INTERRUPTS = 5;

const folder = process.cwd();
const own = { display, html, md, svg, clearOutput, prompt, comms: commRegistry };
const modules = new Modules(
  folder,
  new Map<string, Readonly<Record<string, unknown>>>([
    ["tslab", { ...tslab, default: tslab }],
    ["@litlab/kernel", { ...own, DisplayHandle }],
  ]),
);
const scope = new Scope();
for (const [name, value] of Object.entries(own)) scope.box(name).v = value;
const watch = new InterruptWatch(INTERRUPTS);
const runner = new CellRunner(scope, modules, () => watch.cell);

captureStreams();
installStackTraces();
installFunctionTexts();
// Libraries that show values by themselves, or let pages ask for more of them, find the host's functions here.
Object.assign(globalThis, { [Symbol.for("Jupyter.display")]: display, [Symbol.for("Jupyter.comms")]: commRegistry });

process.on("SIGINT", () => {
  watch.seen();
  cancelPrompts();
  runner.interrupt(watch.cell);
});
const complain = (kind: string, error: unknown) => {
  const { traceback } = reportError(error);
  process.stderr.write(`${kind}: ${traceback.join("\n")}\n`);
};
const KINDS: Readonly<Record<string, string>> = {
  uncaughtException: "Uncaught",
  unhandledRejection: "Unhandled rejection",
};
// Errors that nobody catches are told and end nothing, also where a library's own listener would throw them again.
const { emit } = process;
process.emit = ((event: string, ...args: unknown[]) => {
  // What ends code by force can surface here, and must not be touched.
  if (watch.isUnwinding && event.startsWith("uncaughtException")) return true;
  const kind = KINDS[event];
  if (!kind) return Reflect.apply(emit, process, [event, ...args]);
  complain(kind, args[0]);
  try {
    Reflect.apply(emit, process, [event, ...args]);
  } catch (error) {
    if (error !== args[0]) complain(kind, error);
  }
  return true;
}) as typeof process.emit;

/** Tells how a cell ended; what it shows may hold what JSON cannot say. */
function finish(cell: number, outcome: Outcome): void {
  try {
    send({ type: "done", cell, outcome });
  } catch (error) {
    send({ type: "done", cell, outcome: { status: "error", error: reportError(error), started: true } });
  }
}

async function receive(message: ToWorker, buffers: readonly Buffer[]): Promise<void> {
  switch (message.type) {
    case "preload":
      return await runner.preload(message.cell, message.imports);
    case "run": {
      allowPrompts(message.allowStdin);
      const outcome = await runner.run(message);
      watch.seen();
      finish(message.cell, outcome);
      return;
    }
    case "comm":
      await cellOf.run(message.cell, () => receiveComm(message.message, buffers));
      return;
    case "input":
      answered(message.id, message.value);
      return;
    case "transformed":
      transformed(message.id, message);
      return;
  }
}

const reader = new FrameReader<ToWorker>((message, buffers) => {
  receive(message, buffers).catch((error) => complain("Uncaught", error));
});
const pipe = new Socket({ fd: FROM_FRONT, readable: true, writable: false });
pipe.on("data", (chunk) => reader.push(chunk as Buffer));
pipe.on("close", () => process.exit());
trackWork();
