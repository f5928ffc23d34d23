import { slicesOf } from "../../../tensors/slices-of.js";
import { notEqual, reshape, type serialization, stack, type Tensor, tidy } from "../../../tf.js";
import { Inner, layerOf, OuterLayer } from "../inner-layer.js";
import { type Kwargs, type LayerConfig, type Shape, single, singleShape } from "../keras-layer.js";
import type { Layer } from "../layer-type.js";
import { type MaskMaker, masksOf, withMask } from "../mask.js";

export interface TimeDistributedConfig extends LayerConfig {
  readonly layer: Layer;
}

/** Keras' TimeDistributed: a layer, or a model, on each step of [batch, time, …]. A second tensor is a mask. */
export class TimeDistributed extends OuterLayer<TimeDistributedConfig> implements MaskMaker {
  static readonly className = "TimeDistributed";
  readonly layer: Layer;

  constructor(config: TimeDistributedConfig) {
    super(config);
    this.supportsMasking = true;
    this.layer = layerOf(config.layer);
  }

  override get inner(): ReadonlyMap<string, Layer> {
    return new Map(this.layer ? [["layer", this.layer]] : []);
  }

  override build(inputShape: Shape | Shape[]): void {
    if (!this.layer.built) this.layer.build(stepShape(inputShape));
    this.layer.built = true;
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const [batch = null, ...rest] = singleShape(this.layer.computeOutputShape(stepShape(inputShape)));
    return [batch, singleShape(inputShape)[1] ?? null, ...rest];
  }

  makeMask([, mask]: readonly Tensor[]): Tensor | null {
    return mask ? notEqual(mask, 0) : null;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => {
      const [input, given] = [inputs].flat() as [Tensor, Tensor?];
      const mask = given ? notEqual(given, 0) : masksOf(inputs, kwargs)[0];
      const { mask: _mask, ...others } = kwargs;
      const apply = (x: Tensor, mask: Tensor | undefined) =>
        single(this.layer.apply(withMask(x, mask), others) as Tensor);
      if (kwargs.training === true && this.layer.nonTrainableWeights.length > 0) {
        // Statistics of a batch are those of a step.
        const masks = mask && slicesOf(mask, 1);
        return stack(
          slicesOf(input, 1).map((step, t) => apply(step, masks?.[t])),
          1,
        );
      }
      const [batch = 0, time = 0] = input.shape;
      const fold = (x: Tensor) => reshape(x, [batch * time, ...x.shape.slice(2)]);
      // A mask of the steps alone says nothing within a step.
      const output = apply(fold(input), mask && mask.rank > 2 ? fold(mask) : undefined);
      return reshape(output, [batch, time, ...output.shape.slice(1)]);
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), layer: new Inner(this.layer) as never };
  }
}

const stepShape = (inputShape: Shape | Shape[]): Shape => {
  const [batch = null, , ...rest] = singleShape(inputShape);
  return [batch, ...rest];
};
