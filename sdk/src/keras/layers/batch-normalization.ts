import { layers, type Tensor, tidy, transpose } from "../../tf.js";

type Kwargs = Readonly<Record<string, unknown>>;
type Base = Omit<layers.Layer, "call"> & { axis: number; call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor };

const Stock = layers.batchNormalization().constructor as unknown as new (config: object) => Base;

/** Keras' BatchNormalization: tfjs-layers' is right along the last axis only, so another one is moved there and back. */
export class BatchNormalization extends Stock {
  static readonly className = "BatchNormalization";

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    const input = [inputs].flat()[0] as Tensor;
    const last = input.rank - 1;
    const { axis } = this;
    const position = axis < 0 ? axis + input.rank : axis;
    if (position === last) return super.call(input, kwargs);
    const swap = Array.from({ length: input.rank }, (_, i) => (i === position ? last : i === last ? position : i));
    return tidy(() => {
      this.axis = last;
      try {
        return transpose(super.call(transpose(input, swap), kwargs), swap);
      } finally {
        this.axis = axis;
      }
    });
  }
}
