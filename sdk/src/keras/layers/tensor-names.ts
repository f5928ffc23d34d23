import { layers, type SymbolicTensor } from "../../tf.js";
import type { Layer } from "./layer-type.js";

/** A name that TensorFlow.js takes for a tensor. */
const tensorName = (name: string): string => name.replace(/[^-\w./]/g, "_").replace(/^(?![A-Za-z0-9])/, "tensor");

/** Runs what names tensors after a layer. */
function named<T>(layer: { name: string }, run: () => T): T {
  const { name } = layer;
  layer.name = tensorName(name);
  try {
    return run();
  } finally {
    layer.name = name;
  }
}

type InputLayerArgs = Parameters<typeof layers.inputLayer>[0] & { readonly name: string };

/** An InputLayer of any name. */
export function makeInputLayer({ name, ...config }: InputLayerArgs): Layer {
  const layer = layers.inputLayer({ ...config, name: tensorName(name) });
  layer.name = name;
  return layer;
}

/** The tensor of an InputLayer. */
export const tensorOf = (layer: Layer): SymbolicTensor => layer.inboundNodes[0]?.outputTensors[0] as SymbolicTensor;

/** Lets a layer have any name, as Keras does: tfjs-layers names tensors after it, in fewer characters. */
export function installNames(): void {
  const layer = layers.Layer.prototype;
  const { apply } = layer;
  layer.apply = function (inputs, kwargs) {
    return named(this, () => apply.call(this, inputs, kwargs));
  };
}
