import { cast, clone, type SymbolicTensor, type Tensor } from "../../tf.js";
import { KerasLayer, type Kwargs, type LayerConfig, type Shape, singleShape } from "./keras-layer.js";
import { type MaskMaker, maskOf, withMask } from "./mask.js";

interface RemaskConfig {
  /** Whether the tensor keeps its own mask in training. */
  readonly keepsInTraining: boolean;
}

/**
 * A tensor with another mask, its second input, or without one. No layer of a model, which it stands in only as tensors
 * are computed: Node.inputTensors stays, the outputs' `inputs` have this.
 */
class Remask extends KerasLayer<RemaskConfig> implements MaskMaker {
  static readonly className = "Remask";

  constructor(config: RemaskConfig & LayerConfig) {
    super(config);
    this.supportsMasking = false;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return singleShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[], { training }: Kwargs): Tensor {
    const tensor = [inputs].flat()[0] as Tensor;
    return this.config.keepsInTraining && training === true ? withMask(clone(tensor), maskOf(tensor)) : clone(tensor);
  }

  makeMask([, mask]: readonly Tensor[]): Tensor | null {
    return mask ? cast(mask, "bool") : null;
  }
}

/** What stands for a tensor with another mask, or without one. */
export const remasked = (
  tensor: SymbolicTensor,
  mask: SymbolicTensor | undefined,
  keepsInTraining: boolean,
): SymbolicTensor => {
  const found = new Remask({ keepsInTraining }).apply(mask ? [tensor, mask] : tensor) as SymbolicTensor;
  return Object.assign(found, { dtype: tensor.dtype });
};
