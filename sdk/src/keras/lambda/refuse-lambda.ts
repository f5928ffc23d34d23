import { LitModelError } from "../../errors.js";

/** Ends the reading of a Lambda layer with a reason. */
export type Refuse = (reason: string) => never;

/** Throws a LitModelError with code "LAMBDA" that names the layer and the reason. */
export const refuseLambda =
  (layer: string): Refuse =>
  (reason) => {
    throw new LitModelError(`Lambda layer '${layer}': ${reason}`, { code: "LAMBDA" });
  };
