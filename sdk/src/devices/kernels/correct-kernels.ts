import { checkIndices } from "./check-indices.js";
import { correctComplexNumbers } from "./complex-numbers.js";
import { correctCpu } from "./correct-cpu.js";
import { correctWasm } from "./correct-wasm.js";
import { correctWindows } from "./correct-windows.js";
import { fallBackToCpu } from "./fallback-kernels.js";
import { registerMaxPoolGradients } from "./max-pool-gradients.js";
import { multiplyBatches } from "./multiply-batches.js";

/** Has cpu and wasm compute what kernels are documented to, and cpu for wasm what it has no kernel for. */
export function correctKernels(): void {
  correctCpu();
  correctWindows();
  registerMaxPoolGradients();
  correctComplexNumbers();
  correctWasm();
  multiplyBatches("cpu");
  multiplyBatches("wasm");
  checkIndices();
  fallBackToCpu("wasm");
}
