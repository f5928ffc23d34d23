import type { MethodName, Notification, Params, Result } from "../rpc/methods.js";

/** A page that is connected. */
export interface Page {
  /** Tells the page how far a call has come. */
  progress(note: Notification<"progress">): void;
}

/** What answers methods: parameters and results are checked by whoever calls it. */
export type Methods<M extends MethodName = MethodName> = {
  readonly [K in M]: (params: Params<K>, page: Page) => Promise<Result<K>>;
};
