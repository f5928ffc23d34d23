import { Tensor } from "@tensorflow/tfjs-core";
import { LayersModel, type layers, layers as makers } from "@tensorflow/tfjs-layers";
import type { MimeBundle } from "./mime-bundle.js";

const INSPECT = Symbol.for("nodejs.util.inspect.custom");
const DISPLAY = Symbol.for("Jupyter.display");

/** Shows tensors, models and layers in notebooks and in text as numpy and Keras do. */
export function installDisplays(): void {
  define(Tensor.prototype, DISPLAY, async function (this: Tensor): Promise<MimeBundle> {
    return (await import("./tensor.js")).tensorBundle(this);
  });
  define(LayersModel.prototype, DISPLAY, async function (this: LayersModel): Promise<MimeBundle> {
    return (await import("./model.js")).modelBundle(this);
  });
  define(LayersModel.prototype, INSPECT, function (this: LayersModel): string {
    return `<${this.getClassName()} name=${this.name}, built=True>`;
  });
  define(makers.Layer.prototype, INSPECT, function (this: layers.Layer): string {
    return `<${this.getClassName()} name=${this.name}, built=${this.built ? "True" : "False"}>`;
  });
}

function define(target: object, symbol: symbol, value: unknown): void {
  Object.defineProperty(target, symbol, { value, configurable: true, writable: true });
}
