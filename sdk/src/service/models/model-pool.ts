import { ModelProcess, type ModelWork, type WorkName } from "./model-process.js";

/** Work that has waited so long gets the second process, ms: most models take less, and less than it takes to start. */
const PATIENCE = 500;

/** Two processes that look at models, so that a huge one does not keep the others waiting: the second starts only then. */
export class ModelPool {
  readonly #first: ModelProcess;
  readonly #second: ModelProcess;
  readonly #busy = new Set<ModelProcess>();
  readonly #waiting: ((process: ModelProcess) => Promise<void>)[] = [];
  #impatience: NodeJS.Timeout | null = null;

  /** @param limit how long one thing may take, @param stay how long a process stays, ms */
  constructor(limit: number, stay: number) {
    this.#first = new ModelProcess(limit, stay);
    this.#second = new ModelProcess(limit, stay);
  }

  /** @throws as `ModelProcess.ask` */
  ask<N extends WorkName>(work: N, params: ModelWork[N]["params"]): Promise<ModelWork[N]["result"]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push((process) => process.ask(work, params).then(resolve, reject));
      this.#next();
    });
  }

  /** Starts a process, for what will be asked soon. */
  warm(): void {
    this.#first.warm();
  }

  end(): void {
    this.#waiting.length = 0;
    this.#next();
    this.#first.end();
    this.#second.end();
  }

  #next(): void {
    if (!this.#busy.has(this.#first)) this.#give(this.#first);
    if (!this.#busy.has(this.#second) && this.#second.isRunning) this.#give(this.#second);
    if (this.#waiting.length > 0 && !this.#busy.has(this.#second))
      this.#impatience ??= setTimeout(() => this.#give(this.#second), PATIENCE);
    else if (this.#impatience) {
      clearTimeout(this.#impatience);
      this.#impatience = null;
    }
  }

  #give(process: ModelProcess): void {
    const work = this.#waiting.shift();
    if (!work) return;
    this.#busy.add(process);
    void work(process).then(() => {
      this.#busy.delete(process);
      this.#next();
    });
    this.#next();
  }
}
