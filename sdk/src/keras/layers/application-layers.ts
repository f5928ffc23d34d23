import { add, cast, initializers, mul, type Tensor, tidy } from "../../tf.js";
import { broadcastShape } from "../operations/operands.js";
import { count, number, required } from "../settings/setting.js";
import { KerasLayer, type Shape, single, type Weight } from "./keras-layer.js";
import { type LayerType, ownType } from "./layer-type.js";

interface LayerScaleConfig {
  /** What each factor is at first. */
  readonly initValues: number;
  /** The number of channels. */
  readonly projectionDim: number;
}

/** ConvNeXt's LayerScale: each channel times a factor, which training finds. */
class LayerScale extends KerasLayer<LayerScaleConfig> {
  static readonly className = "LayerScale";
  #gamma?: Weight;

  override build(inputShape: Shape | Shape[]): void {
    const { initValues, projectionDim } = this.config;
    this.#gamma = this.addWeight("gamma", [projectionDim], "float32", initializers.constant({ value: initValues }));
    super.build(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => mul(cast(single(inputs), "float32"), (this.#gamma as Weight).read()));
  }
}

/** InceptionResNetV2's CustomScaleLayer of two tensors: the first, and `scale` times the second. */
class CustomScaleLayer extends KerasLayer<{ readonly scale: number }> {
  static readonly className = "CustomScaleLayer";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return broadcastShape(inputShape as Shape[]);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const [input, residual] = inputs as [Tensor, Tensor];
      return add(input, mul(residual, this.config.scale));
    });
  }
}

/** Layers of models in keras.applications, which keras.layers does not have. */
export const APPLICATIONS: readonly LayerType[] = [
  ownType(LayerScale, {
    module: "keras.src.applications.convnext",
    settings: { init_values: required(number), projection_dim: required(count) },
    note: "of keras.applications' ConvNeXt",
  }),
  ownType(CustomScaleLayer, {
    module: "keras.src.applications.inception_resnet_v2",
    settings: { scale: required(number) },
    note: "of keras.applications' InceptionResNetV2",
  }),
];
