import { registerAxisGradients } from "./axis-gradients.js";
import { registerBroadcastGradients } from "./broadcast-gradients.js";
import { registerConstantGradients } from "./constant-gradients.js";
import { registerConvolutionGradients } from "./convolution-gradients.js";
import { registerLogSigmoid } from "./log-sigmoid.js";
import { registerReductionGradients } from "./reduction-gradients.js";
import { registerResizeGradients } from "./resize-gradients.js";

/** Gradients that TensorFlow.js lacks or has wrong, on every backend. */
export function registerGradients(): void {
  registerAxisGradients();
  registerBroadcastGradients();
  registerConstantGradients();
  registerConvolutionGradients();
  registerReductionGradients();
  registerResizeGradients();
  registerLogSigmoid();
}
