import { LitModelError } from "../errors.js";
import type { Methods } from "./methods.js";

export const modelMethods = (_root: string): Methods<"models.graph" | "models.histogram"> => ({
  "models.graph": async () => {
    throw new LitModelError("not there yet");
  },
  "models.histogram": async () => {
    throw new LitModelError("not there yet");
  },
});
