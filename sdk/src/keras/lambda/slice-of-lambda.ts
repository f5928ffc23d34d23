import { LitModelError } from "../../errors.js";
import { isRecord } from "../file/container.js";
import type { ItemKey } from "../operations/get-item.js";
import { decodeSlice } from "./decode-slice.js";
import { type Refuse, refuseLambda } from "./refuse-lambda.js";

/**
 * What a Lambda layer takes of its input, from its config in Keras 3's form or in Keras 2's, which tf_keras keeps.
 * @param path the model's file, for messages
 * @throws LitModelError with code "LAMBDA" if it is anything but a slice, with what to pass instead
 */
export function sliceOfLambda(config: Readonly<Record<string, unknown>>, path: string): ItemKey[] {
  const layer = String(config.name);
  try {
    return decodeSlice(codeOf(config, layer), layer);
  } catch (cause) {
    if (!(cause instanceof LitModelError)) throw cause;
    const pass = `pass customObjects: { ${JSON.stringify(layer)}: (x) => … }`;
    throw new LitModelError(`${path}: ${cause.message}; ${pass}`, { code: "LAMBDA", cause });
  }
}

/** The base64 of the function's code, if nothing else decides what the layer computes. */
function codeOf(
  { function: stored, arguments: given, mask }: Readonly<Record<string, unknown>>,
  layer: string,
): string {
  const refuse: Refuse = refuseLambda(layer);
  if ((isRecord(given) && Object.keys(given).length > 0) || (mask ?? null) !== null)
    refuse("it has arguments or a mask of its own");
  const [code, defaults, closure] = Array.isArray(stored) ? stored : partsOf(stored);
  if (typeof code !== "string") return refuse("the file holds no code of its function, at most its name");
  if ((defaults ?? null) !== null) refuse("its function has defaults");
  if ((closure ?? null) !== null) refuse("its function uses variables from around it");
  return code;
}

function partsOf(stored: unknown): readonly unknown[] {
  if (!isRecord(stored) || stored.class_name !== "__lambda__" || !isRecord(stored.config)) return [];
  const { code, defaults, closure } = stored.config;
  return [code, defaults, closure];
}
