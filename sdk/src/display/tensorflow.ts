import { Tensor } from "../../tfjs/core.js";
import { LayersModel, type layers, layers as makers, Sequential } from "../../tfjs/layers.js";
import { isModelLayer } from "../keras/layers/layer-type.js";
import type { MimeBundle } from "./mime-bundle.js";
import { kerasClassOf, summaryText } from "./model-summary.js";

const INSPECT = Symbol.for("nodejs.util.inspect.custom");
const DISPLAY = Symbol.for("Jupyter.display");

declare module "@tensorflow/tfjs-layers/dist/engine/training.js" {
  interface LayersModel {
    /**
     * Prints the model's summary as Keras 3 does.
     * @param lineLength default 88, or 108 with connections, at most what the terminal shows
     * @param positions where each column ends, in parts of the line or in characters
     * @param printFn gets each line; default console.log
     * @param expandNested lists the layers of nested models too
     * @param showTrainable says of each layer whether it is trained
     */
    summary(
      lineLength?: number,
      positions?: number[],
      printFn?: (line: string) => void,
      expandNested?: boolean,
      showTrainable?: boolean,
    ): void;
  }
}

type Summary = (this: LayersModel, ...given: Parameters<LayersModel["summary"]>) => void;

/** Shows tensors, models and layers in notebooks and in text as numpy and Keras do. */
export function installDisplays(): void {
  define(Tensor.prototype, DISPLAY, async function (this: Tensor): Promise<MimeBundle> {
    return (await import("./tensor.js")).tensorBundle(this);
  });
  define(LayersModel.prototype, DISPLAY, async function (this: LayersModel): Promise<MimeBundle> {
    return (await import("./model.js")).modelBundle(this);
  });
  for (const { prototype } of [LayersModel, Sequential])
    define(prototype, "summary", function (
      this: LayersModel,
      lineLength,
      positions,
      printFn,
      expandNested,
      showTrainable,
    ) {
      const text = summaryText(this, { lineLength, positions, expandNested, showTrainable });
      if (printFn) for (const line of text.split("\n")) printFn(line);
      else console.log(text);
    } satisfies Summary);
  define(makers.Layer.prototype, INSPECT, function (this: layers.Layer): string {
    return `<${kerasClassOf(this)} name=${this.name}, built=${this.built || isModelLayer(this) ? "True" : "False"}>`;
  });
}

function define(target: object, key: PropertyKey, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, writable: true });
}
