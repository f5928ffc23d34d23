import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LitDataError, LitError, LitModelError, LitVaultError } from "../../errors.js";
import type { Result } from "../../rpc/methods.js";
import type { ModelGraph } from "./outline.js";

/** What the process does, and what each gives. */
export interface ModelWork {
  readonly outline: { readonly params: { readonly path: string }; readonly result: ModelGraph };
  readonly histogram: {
    readonly params: { readonly path: string; readonly weight: string };
    readonly result: Result<"models.histogram">;
  };
  readonly import: {
    readonly params: { readonly team: string; readonly path: string; readonly name: string | undefined };
    readonly result: { readonly name: string };
  };
}

export type WorkName = keyof ModelWork;
export type WorkRequest = { [N in WorkName]: { readonly work: N; readonly params: ModelWork[N]["params"] } }[WorkName];
export type WorkAnswer =
  | { readonly type: "progress"; readonly share: number }
  | { readonly type: "done"; readonly result: unknown }
  | { readonly type: "failed"; readonly error: PlainError };
export interface PlainError {
  readonly name: string;
  readonly message: string;
  readonly code: string | number | null;
}

const MAIN = fileURLToPath(new URL("./model-process-main.js", import.meta.url));
const ERRORS = { LitVaultError, LitModelError, LitDataError, LitError };

/**
 * A process that puts models together: a large one takes seconds, and the service answers meanwhile. It starts when it is
 * needed, does one thing after the other, and ends when nothing has been asked of it for a while.
 */
export class ModelProcess {
  /** How long one thing may take, and how long the process stays, ms. */
  readonly #limit: number;
  readonly #stay: number;
  #child: ChildProcess | null = null;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | null = null;

  constructor(limit: number, stay: number) {
    this.#limit = limit;
    this.#stay = stay;
  }

  /** @throws LitError of the work, or LitModelError if the process died of it or it took too long */
  ask<N extends WorkName>(
    work: N,
    params: ModelWork[N]["params"],
    onProgress?: (share: number) => void,
  ): Promise<ModelWork[N]["result"]> {
    const result = this.#last.then(() => this.#run({ work, params } as WorkRequest, onProgress));
    this.#last = result.catch(() => undefined);
    return result as Promise<ModelWork[N]["result"]>;
  }

  get isRunning(): boolean {
    return this.#child !== null;
  }

  /** Starts it, for what will be asked soon. */
  warm(): void {
    this.#started();
    this.#endLater();
  }

  #started(): ChildProcess {
    if (this.#idle) clearTimeout(this.#idle);
    if (this.#child) return this.#child;
    // A summary is as wide as Keras prints it.
    const child = fork(MAIN, { env: { ...process.env, COLUMNS: "112" }, execArgv: [] });
    child.once("exit", () => {
      if (this.#child === child) this.#child = null;
    });
    // It says so by its exit.
    child.on("error", () => undefined);
    this.#child = child;
    return child;
  }

  #endLater(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.end(), this.#stay).unref();
  }

  #run(request: WorkRequest, onProgress?: (share: number) => void): Promise<unknown> {
    const child = this.#started();
    return new Promise((resolve, reject) => {
      const about = "path" in request.params ? request.params.path : request.work;
      const die = (what: string) => {
        settle();
        child.kill("SIGKILL");
        if (this.#child === child) this.#child = null;
        reject(new LitModelError(`${about}: ${what}`, { code: "MODEL_PROCESS" }));
      };
      const onExit = (code: number | null, signal: string | null) =>
        die(`the process that reads the model ended by itself (${signal ?? code})`);
      const onMessage = (answer: WorkAnswer) => {
        if (answer.type === "progress") return onProgress?.(answer.share);
        settle();
        this.#endLater();
        if (answer.type === "done") resolve(answer.result);
        else reject(errorOf(answer.error));
      };
      const timer = setTimeout(() => die(`it takes longer than ${this.#limit / 1000} s`), this.#limit);
      const settle = () => {
        clearTimeout(timer);
        child.off("message", onMessage).off("exit", onExit);
      };
      child.on("message", onMessage).on("exit", onExit);
      child.send(request, (error) => error && die(`the process that reads the model is gone: ${error.message}`));
    });
  }

  end(): void {
    if (this.#idle) clearTimeout(this.#idle);
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }
}

function errorOf({ name, message, code }: PlainError): Error {
  const type = ERRORS[name as keyof typeof ERRORS];
  return type ? new type(message, { code }) : new Error(message);
}
