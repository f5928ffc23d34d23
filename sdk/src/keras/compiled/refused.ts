import { doesNotLoad } from "./does-not-load.js";

/** What of Keras does not load, and why. */
export const REFUSED_COMPILED: ReadonlyMap<string, string> = new Map([
  ["Mean", "it takes values, not targets and predictions"],
  ["Sum", "it takes values, not targets and predictions"],
]);

/** @throws LitModelError that says which optimizer, loss, metric or schedule does not load, and why if Keras has it */
export function refuseUnknown(kind: string, name: string): never {
  const reason = REFUSED_COMPILED.get(name);
  return doesNotLoad(reason ? `the ${kind} '${name}' (${reason})` : `the ${kind} '${name}'`);
}
