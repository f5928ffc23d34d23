import { dirname } from "node:path";
import { types } from "node:util";
import vm from "node:vm";
import type { Bundle, CellImport, CompiledCell, ErrorReport, Outcome, ToWorker } from "../channel.js";
import { bundleOf, DisplayHandle } from "./display.js";
import type { Modules } from "./modules.js";
import { cellOf, currentCell, setRunning } from "./output.js";
import type { Box, Scope } from "./scope.js";
import { registerMaps, reportError } from "./stack-traces.js";
import { forgetFinished, isQuiet, stopWorkOf } from "./started-work.js";

/** An interrupt, as the error of the cell that it ended. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the cell was interrupted");
    this.stack = "";
  }
}

/** As Node has it: what a cell starts is tracked, but not the cell. */
const { setImmediate } = globalThis;

/** Assigning to a constant. */
const CONSTANT: Box = {
  get v(): unknown {
    return undefined;
  },
  set v(_) {
    throw new TypeError("Assignment to constant variable.");
  },
};

/** Runs cells one after the other in the notebook's shared scope. */
export class CellRunner {
  readonly #scope: Scope;
  readonly #modules: Modules;
  #running: { readonly cell: number; readonly interrupt: () => void } | null = null;
  /** The cells that were interrupted: the interrupt can come before the cell. */
  readonly #interrupted = new Set<number>();
  readonly #interruptedCell: () => number;

  /** @param interruptedCell the cell that the last interrupt is for, also before the main thread notices it */
  constructor(scope: Scope, modules: Modules, interruptedCell: () => number) {
    this.#scope = scope;
    this.#modules = modules;
    this.#interruptedCell = interruptedCell;
  }

  async run({ cell, compiled, isChecked, expressions }: Extract<ToWorker, { type: "run" }>): Promise<Outcome> {
    setRunning(cell);
    const state = { started: false };
    try {
      const interrupted = new Promise<never>((_, reject) => {
        this.#running = { cell, interrupt: () => reject(new Interrupted()) };
      });
      interrupted.catch(() => undefined);
      // A program that the signal ended may let the cell end, or fail, before the signal is noticed here.
      const isInterrupted = () => this.#interruptedCell() === cell || this.#interrupted.has(cell);
      if (compiled.imports.length > 0) await Promise.race([this.#load(compiled.imports), interrupted]);
      const work = async () => {
        if (isInterrupted()) throw new Interrupted();
        const value = await this.#evaluate(compiled, isChecked, state);
        return value === undefined || value instanceof DisplayHandle ? null : await bundleOf(value);
      };
      // User code begins in a macrotask of its own: ending it by force drops the microtasks that wait.
      const begun = new Promise<Bundle | null>((resolve, reject) => {
        setImmediate(() => cellOf.run(cell, () => work().then(resolve, reject)));
      });
      const result = await Promise.race([begun, interrupted]);
      if (isInterrupted()) throw new Interrupted();
      return {
        status: "ok",
        result,
        expressions: await Promise.race([this.#expressions(expressions), interrupted]),
      };
    } catch (error) {
      const isInterrupt = this.#interruptedCell() === cell;
      if (isInterrupt) stopWorkOf(cell);
      return { status: "error", error: reportError(isInterrupt ? new Interrupted() : error), started: state.started };
    } finally {
      this.#running = null;
      forgetFinished(cell);
      setRunning(0);
    }
  }

  /** Loads packages that a cell is about to import. */
  async preload(cell: number, imports: readonly CellImport[]): Promise<void> {
    setRunning(cell);
    await this.#load(imports);
    if (!this.#running) setRunning(0);
  }

  async #load(imports: readonly CellImport[]): Promise<void> {
    const missing = this.#modules.missing(imports);
    if (missing.length === 0) return;
    // Until Node 24 the hooks slow every Promise down. The next cell to run puts them on again.
    if (isQuiet()) cellOf.disable();
    await this.#modules.preload(missing);
  }

  /** Ends a cell that runs or is about to, at its next await at the latest. */
  interrupt(cell: number): void {
    this.#interrupted.add(cell);
    if (this.#running?.cell === cell) this.#running.interrupt();
  }

  /** Comes after every await of a cell's code: what an interrupted cell has started goes no further. */
  readonly #check = <T>(value: T): T => {
    if (this.#interrupted.size > 0 && this.#interrupted.has(currentCell())) throw new Interrupted();
    return value;
  };

  async #evaluate(compiled: CompiledCell, isChecked: boolean, state: { started: boolean }): Promise<unknown> {
    const { code, file, source, maps, imports, names, declares, vars } = compiled;
    registerMaps(file, maps, source);
    for (const entry of imports)
      this.#scope.bind(entry, await this.#modules.import(entry.specifier, { with: entry.attributes }), isChecked);
    this.#scope.declare(declares, vars);
    const { meta, require } = this.#modules;
    const script = new vm.Script(code, { filename: file });
    const body = script.runInThisContext() as (...args: unknown[]) => Promise<void>;
    const result: Box = { v: undefined };
    const boxes = names.map((name) => this.#scope.box(name));
    const args = [
      result,
      this.#modules.import,
      meta,
      CONSTANT,
      this.#check,
      require,
      dirname(String(meta.filename)),
      meta.filename,
      ...boxes,
    ];
    state.started = true;
    await body(...args);
    return types.isPromise(result.v) ? await result.v : result.v;
  }

  async #expressions(
    expressions: Readonly<Record<string, CompiledCell | ErrorReport>>,
  ): Promise<Extract<Outcome, { status: "ok" }>["expressions"]> {
    const values: Record<string, (Bundle & { status: "ok" }) | (ErrorReport & { status: "error" })> = {};
    for (const [name, expression] of Object.entries(expressions))
      try {
        if ("ename" in expression) values[name] = { status: "error", ...expression };
        else
          values[name] = {
            status: "ok",
            ...(await bundleOf(await this.#evaluate(expression, true, { started: false }))),
          };
      } catch (error) {
        values[name] = { status: "error", ...reportError(error) };
      }
    return values;
  }
}
