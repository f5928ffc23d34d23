import { any, cast, expandDims, notEqual, type Tensor, tidy, where } from "../../tf.js";
import { KerasLayer, single } from "./keras-layer.js";
import type { MaskMaker } from "./mask.js";

interface MaskingConfig {
  /** Default 0. */
  readonly maskValue?: number;
}

/** Keras' Masking: steps whose every value is `maskValue` become 0, and the mask hides them. */
export class Masking extends KerasLayer<MaskingConfig> implements MaskMaker {
  static readonly className = "Masking";

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      return where(expandDims(this.makeMask([input]), -1), input, 0);
    });
  }

  makeMask(inputs: readonly Tensor[]): Tensor {
    return tidy(() => any(notEqual(inputs[0] as Tensor, this.config.maskValue ?? 0), -1));
  }
}
