import { LitModelError } from "../../errors.js";

/** @throws LitModelError that says what of the compile config is not done here */
export const doesNotLoad = (what: string): never => {
  throw new LitModelError(`${what}, which does not load`);
};
