import type { LayersModel, layers, SymbolicTensor } from "../../tf.js";
import type { KerasNode } from "../file/container.js";
import type { Setting, Where } from "../settings/setting.js";

export type Layer = layers.Layer;

/** Whether a layer is a nested model. */
export const isModelLayer = (layer: object): layer is LayersModel => "layers" in layer && "inputLayers" in layer;

/** What a call got: each argument under its name; a tensor, a list or a record of them, or plain JSON. */
export type Arguments = Readonly<Record<string, unknown>>;

/** What is needed to make one layer of a model. */
export interface LayerContext extends Where {
  /** Makes a layer within a layer: a wrapper's, which may be a model, or a cell. */
  makeLayer(node: KerasNode): Layer;
}

export interface LayerClass<Config> {
  readonly className: string;
  new (config: Config): Layer;
}

/** How one class of Keras layers is made from its config, called, and written again. */
export interface LayerType {
  /** Keras' class name, which is the tfjs layer's `className` as well. */
  readonly className: string;
  /** The class, if it is ours: tfjs-layers learns of it. */
  readonly layerClass?: LayerClass<never>;
  /** Its settings beside `name`, `trainable` and `dtype`, under Keras' names; in tfjs' config each is camelCase. */
  readonly settings: Readonly<Record<string, Setting>>;
  /** Makes the layer from tfjs' config; settings that the file lacks are absent. */
  make(config: never, context: LayerContext): Layer;
  /** The names of `call`'s arguments in order; default `["inputs"]`. */
  readonly parameters?: readonly string[];
  /**
   * Calls the layer. Default: `inputs`, a tensor or a list, and nothing else.
   * @throws LitModelError for an argument that does not load
   */
  apply?(layer: Layer, given: Arguments, where: Where): SymbolicTensor | SymbolicTensor[];
  /** What `apply` was given, for a call that took these tensors. Default: `inputs`. */
  given?(layer: Layer, inputs: readonly SymbolicTensor[]): Arguments;
  /**
   * Where `.keras` keeps each of `layer.weights`, below the layer's group; several places if it keeps one several times.
   * Default `vars/0`, `vars/1`, …
   */
  places?(layer: Layer): readonly (string | readonly string[])[];
  /** Where Keras keeps the class if it is not `keras.layers`: a class of that name elsewhere is another. */
  readonly module?: string;
  /** What docs/keras.md says besides. */
  readonly note?: string;
  /** Whether Keras' class takes `trainable`; default true. */
  readonly takesTrainable?: boolean;
  /** The name of Keras' Python class if it is not `className`: it gives the layer's group its name. */
  readonly pythonName?: string;
}

/** A type of a class of ours. */
export const ownType = <Config extends object>(
  layerClass: LayerClass<Config>,
  type: Omit<LayerType, "className" | "make" | "layerClass">,
): LayerType => ({
  ...type,
  className: layerClass.className,
  layerClass: layerClass as LayerClass<never>,
  make: ((config: Config) => new layerClass(config)) as LayerType["make"],
});
