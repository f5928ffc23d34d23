import { countTensors } from "./count-tensors.js";
import { engine } from "./engine.js";
import { freeUnreachable } from "./free-unreachable.js";
import { correctArguments } from "./kernels/correct-arguments.js";
import { guardWasmMemory, tellOutOfMemory } from "./out-of-memory.js";

const WATCHED = Symbol.for("litlab.watched-engine");

/** Corrects arguments of kernels, counts and frees tensors, and tells where memory ends; once, also where the SDK is loaded twice. */
export function watchEngine(): void {
  if (WATCHED in engine) return;
  Object.defineProperty(engine, WATCHED, { value: true });
  correctArguments();
  guardWasmMemory();
  countTensors();
  freeUnreachable();
  tellOutOfMemory();
}
