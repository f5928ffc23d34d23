import { fixedWithin, trainedWithin } from "../../devices/trainable.js";
import { serialization } from "../../tf.js";
import { isNode, type KerasNode } from "../file/container.js";
import { describeLayer } from "../save/describe-model.js";
import { refuse, type Setting, type Where } from "../settings/setting.js";
import { KerasLayer } from "./keras-layer.js";
import type { Layer, LayerContext } from "./layer-type.js";

/** A layer within a layer, as the config of the outer one has it: in JSON its class and its config. */
export class Inner {
  readonly className: string;
  readonly config: serialization.ConfigDict;
  readonly #layer: Layer;

  constructor(layer: Layer) {
    this.className = layer.getClassName();
    this.config = layer.getConfig();
    this.#layer = layer;
  }

  get layer(): Layer {
    return this.#layer;
  }
}

/** The layer that a setting of an outer layer holds: itself, or its class and config as tfjs-layers writes them. */
export function layerOf(value: unknown): Layer {
  if (value instanceof Inner) return value.layer;
  const { className, config } = value as { className?: string; config?: object };
  if (className === undefined || config === undefined || "call" in (value as object)) return value as Layer;
  const [type, fromConfig] = serialization.SerializationMap.getMap().classNameMap[className] ?? [];
  if (!type || !fromConfig) throw new Error(`the layer '${className}' is not known`);
  return fromConfig(type as never, config as never) as unknown as Layer;
}

/** A setting that holds a layer: the node of the file; `make` turns it into the layer. */
export const layerNode: Setting = {
  load: (value, where) => nodeOf(value, where),
  save: (value) => describeLayer(layerOf(value)),
};

/** A setting that holds a list of layers. */
export const layerNodes: Setting = {
  load: (value, where) =>
    Array.isArray(value) ? value.map((node) => layerNode.load(node, where)) : refuse(where, "has no layers within it"),
  save: (value) => (value as unknown[]).map((inner) => layerNode.save(inner)),
};

/** The node that a setting holds. @throws LitModelError if the file has none */
export const nodeOf = (value: unknown, where: Where): KerasNode =>
  isNode(value) ? value : refuse(where, "has no layer within it");

/** The layer of a node that a setting holds. */
export const makeInner = (node: unknown, context: LayerContext): Layer => context.makeLayer(nodeOf(node, context));

/** A layer with layers within it: their weights follow its own. */
export abstract class OuterLayer<Config extends object = object> extends KerasLayer<Config> {
  /** The layers, each under its place in a `.keras` file: `cell`, `forward_layer`. */
  abstract get inner(): ReadonlyMap<string, Layer>;

  /** Weights of the layers within it that Keras keeps as its own as well, before its own. */
  get shared(): Layer["weights"] {
    return [];
  }

  get #layers(): Layer[] {
    return [...this.inner.values()];
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  override set trainable(trainable: boolean) {
    super.trainable = trainable;
    for (const layer of this.#layers) layer.trainable = trainable;
  }

  override get trainableWeights(): Layer["weights"] {
    return this.trainable ? [...super.trainableWeights, ...this.#layers.flatMap(trainedWithin)] : [];
  }

  override get nonTrainableWeights(): Layer["weights"] {
    const inner = this.#layers.flatMap((layer) => (this.trainable ? fixedWithin(layer) : layer.weights));
    return [...super.nonTrainableWeights, ...inner];
  }

  override calculateLosses(): ReturnType<Layer["calculateLosses"]> {
    return [...super.calculateLosses(), ...this.#layers.flatMap((layer) => layer.calculateLosses())];
  }

  override setFastWeightInitDuringBuild(value: boolean): void {
    super.setFastWeightInitDuringBuild(value);
    for (const layer of this.#layers) layer.setFastWeightInitDuringBuild(value);
  }
}
