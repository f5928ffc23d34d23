/** What every error of Lit Lab carries besides its message. */
export interface LitErrorOptions {
  /** A machine-readable code, or null. Default null. */
  readonly code?: number | string | null;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/** The base of every error that Lit Lab throws on purpose. The message names the thing, what was found and what was expected. */
export class LitError extends Error {
  readonly code: number | string | null;

  constructor(message = "", { code = null, cause }: LitErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** The vault, its catalogue or a name in it. */
export class LitVaultError extends LitError {}

/** A model or a canvas: its file, its layers, its shapes. */
export class LitModelError extends LitError {}

/** Ticks, bars, assets and the files that hold them. */
export class LitDataError extends LitError {}

type ErrorType = new (message: string, options: LitErrorOptions) => LitError;
// biome-ignore lint/suspicious/noExplicitAny: a wrapper of any function has to accept any parameters
type AnyFunction = (...args: any[]) => unknown;

/**
 * Wraps a function so that what it throws arrives as `errorType` with the message
 * `An error occurred in function 'name'` and the original as `cause`; a LitError passes through as it is.
 * Takes sync and async functions and works as a standard decorator on methods (the reference's `lit_error_handler`).
 *
 * @example
 * const load = litErrorHandler(LitModelError)(function load(path: string) { … });
 * class Loader { @litErrorHandler() load() { … } }
 */
export function litErrorHandler(errorType: ErrorType = LitError) {
  return <F extends AnyFunction>(target: F, context?: { readonly name: string | symbol }): F => {
    const name = String(context?.name ?? target.name);
    const raise = (cause: unknown): never => {
      if (cause instanceof LitError) throw cause;
      throw new errorType(`An error occurred in function '${name}'`, { cause });
    };
    const wrapper = function (this: unknown, ...args: unknown[]) {
      try {
        const result = target.apply(this, args);
        return result instanceof Promise ? result.catch(raise) : result;
      } catch (error) {
        return raise(error);
      }
    };
    Object.defineProperty(wrapper, "name", { value: name });
    return wrapper as F;
  };
}
