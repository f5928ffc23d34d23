import { createRequire } from "node:module";
import type { DataType } from "@tensorflow/tfjs-core";
import { outOfMemoryError } from "./out-of-memory.js";

type Core = typeof import("../../tfjs/core.js");

const shared = createRequire(import.meta.url)("@tensorflow/tfjs-core") as Core;

/** Of ops that make a tensor of nothing, which argument is its dtype. */
const DTYPE_AT = {
  zeros: 1,
  ones: 1,
  buffer: 1,
  eye: 3,
  randomStandardNormal: 1,
  randomNormal: 3,
  randomUniform: 3,
  truncatedNormal: 3,
  randomGamma: 3,
} as const;

type Creating = keyof typeof DTYPE_AT;

/** The op, which says what there is no room for: it makes its array before the engine hears of it. */
function telling<K extends Creating>(name: K): Core[K] {
  const own = shared[name] as (...args: unknown[]) => unknown;
  const op = (...args: unknown[]) => {
    try {
      return own(...args);
    } catch (error) {
      const dtype = (args[DTYPE_AT[name]] ?? "float32") as DataType;
      throw outOfMemoryError(error, { shape: shapeOf(name, args), dtype });
    }
  };
  return op as unknown as Core[K];
}

function shapeOf(name: Creating, args: readonly unknown[]): number[] {
  if (name !== "eye") return args[0] as number[];
  const [rows, columns = rows, batch = []] = args as [number, number?, number[]?];
  return [...batch, rows, columns];
}

export const zeros = telling("zeros");
export const ones = telling("ones");
export const buffer = telling("buffer");
export const eye = telling("eye");
export const randomStandardNormal = telling("randomStandardNormal");
export const randomNormal = telling("randomNormal");
export const randomUniform = telling("randomUniform");
export const truncatedNormal = telling("truncatedNormal");
export const randomGamma = telling("randomGamma");

/** Lets layers, which take them from the package, do so too. */
export function registerCreatingOps(): void {
  Object.assign(shared, {
    zeros,
    ones,
    buffer,
    eye,
    randomStandardNormal,
    randomNormal,
    randomUniform,
    truncatedNormal,
    randomGamma,
  });
}
