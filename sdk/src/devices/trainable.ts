import { scalar } from "../../tfjs/core.js";
import { LayersModel, layers, Sequential } from "../../tfjs/layers.js";

type Layer = layers.Layer;
type Weight = Layer["weights"][number];
/** A model with what tfjs-layers keeps to itself. */
type Model = LayersModel & { trainable_: boolean; readonly model?: Model };

let isAlone = false;

/** Has `trainable` of a model not reach its layers while it is built: each layer's config says its own. */
export function settingAlone<T>(build: () => T): T {
  const before = isAlone;
  isAlone = true;
  try {
    return build();
  } finally {
    isAlone = before;
  }
}

const layersWithin = (layer: Layer): readonly Layer[] => {
  if (layer instanceof LayersModel) return layer.layers;
  const { inner } = layer as { readonly inner?: unknown };
  return inner instanceof Map ? [...(inner as ReadonlyMap<string, Layer>).values()] : [];
};

/** What a model trains of a layer: as in Keras, also a layer that was set trainable again within a frozen one. */
export const trainedWithin = (layer: Layer): Weight[] =>
  layer instanceof LayersModel || !layer.trainable
    ? layersWithin(layer).flatMap(trainedWithin)
    : layer.trainableWeights;

/** The other weights of a layer. */
export function fixedWithin(layer: Layer): Weight[] {
  if (layer instanceof LayersModel) return layer.layers.flatMap(fixedWithin);
  const trained = new Set(trainedWithin(layer));
  return layer.weights.filter((weight) => !trained.has(weight));
}

/** Has weights that are not trained cost no penalty. */
function correctPenalties(): void {
  const { prototype } = layers.Layer as unknown as { readonly prototype: { addWeight: Layer["addWeight"] } };
  const { addWeight } = prototype;
  prototype.addWeight = function (this: Layer, name, shape, dtype, initializer, regularizer, ...rest) {
    const weight = addWeight.call(this, name, shape, dtype, initializer, undefined, ...rest);
    if (regularizer)
      this.addLoss(() => (this.trainable && weight.trainable ? regularizer.apply(weight.read()) : scalar(0)));
    return weight;
  };
}

/** Has `trainable` of a model set that of all layers within, as in Keras; tfjs-layers sets some of their weights'. */
export function correctTrainable(): void {
  correctPenalties();
  const { build } = Sequential.prototype;
  Sequential.prototype.build = function (shape) {
    settingAlone(() => build.call(this, shape));
  };
  Object.defineProperties(LayersModel.prototype, {
    trainable: {
      configurable: true,
      get(this: Model): boolean {
        return this.trainable_;
      },
      set(this: Model, trainable: boolean) {
        this.trainable_ = trainable;
        if (isAlone) return;
        for (const layer of this.layers) layer.trainable = trainable;
        // The model that a Sequential keeps within.
        if (this.model) this.model.trainable_ = trainable;
      },
    },
    trainableWeights: {
      configurable: true,
      get(this: Model): Weight[] {
        return this.trainable ? this.layers.flatMap(trainedWithin) : [];
      },
    },
    nonTrainableWeights: {
      configurable: true,
      get(this: Model): Weight[] {
        const fixed = this.layers.flatMap(fixedWithin);
        return this.trainable ? fixed : [...this.layers.flatMap(trainedWithin), ...fixed];
      },
    },
  });
}
