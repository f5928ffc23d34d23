import {
  abs,
  cast,
  customGrad,
  div,
  equal,
  matMul,
  minimum,
  mul,
  onesLike,
  reshape,
  rsqrt,
  type serialization,
  square,
  sum,
  type Tensor,
  tidy,
  type Variable,
  where,
  zerosLike,
} from "../../../tf.js";
import { getInitializer } from "../../settings/instances.js";
import { Inner, layerOf, OuterLayer } from "../inner-layer.js";
import { type Kwargs, type LayerConfig, type Shape, single, type Weight } from "../keras-layer.js";
import type { Layer } from "../layer-type.js";

export interface SpectralNormalizationConfig extends LayerConfig {
  readonly layer: Layer;
  /** How often a step of training refines the estimate; default 1. */
  readonly powerIterations?: number;
}

/** The weights that Keras knows as a layer's `kernel` or `embeddings`. */
const KERNELS = ["kernel", "depthwise_kernel", "embeddings"];

/**
 * Keras' SpectralNormalization: in training the inner layer's kernel is divided by an estimate of its largest singular
 * value, which the vector u of each step makes better. As in Keras with jax, the kernel itself
 * stays as it is, unless the layer is frozen.
 */
export class SpectralNormalization extends OuterLayer<SpectralNormalizationConfig> {
  static readonly className = "SpectralNormalization";
  readonly layer: Layer;
  #u?: Weight;

  constructor(config: SpectralNormalizationConfig) {
    super(config);
    this.layer = layerOf(config.layer);
  }

  override get inner(): ReadonlyMap<string, Layer> {
    return new Map(this.layer ? [["layer", this.layer]] : []);
  }

  get kernel(): Weight {
    const found = this.layer.weights.find(({ originalName }) =>
      KERNELS.includes(originalName.split("/").at(-1) as string),
    );
    if (found) return found;
    throw new Error(`the layer '${this.layer.name}' has no kernel to normalize`);
  }

  override get shared(): Weight[] {
    return this.#u ? [this.kernel] : [];
  }

  // Keras counts the kernel of a frozen layer as the wrapper's own.
  override get nonTrainableWeights(): Weight[] {
    const weights = super.nonTrainableWeights;
    if (this.trainable || !this.#u) return weights;
    return [this.kernel, ...weights.filter((weight) => weight !== this.kernel)];
  }

  override build(inputShape: Shape | Shape[]): void {
    if (!this.layer.built) this.layer.build(inputShape);
    this.layer.built = true;
    const width = this.kernel.shape.at(-1) as number;
    const initializer = getInitializer({ className: "TruncatedNormal", config: { stddev: 0.02 } });
    this.#u = this.addWeight("vector_u", [1, width], "float32", initializer, undefined, false);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => {
      const output = single(this.#call(inputs, kwargs));
      // As in Keras, the output is of the input's type: whole numbers for an Embedding.
      return single(inputs).dtype === "int32" ? stopGradient(cast(output, "int32")) : output;
    });
  }

  #call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    if (kwargs.training !== true) return this.layer.call(inputs, kwargs);
    const { kernel } = this;
    const variable = kernel.read() as Variable;
    const normalized = this.#normalize(variable);
    if (!this.layer.trainable) variable.assign(normalized);
    // The layer reads its kernel as it is called.
    kernel.read = () => normalized as ReturnType<Weight["read"]>;
    try {
      return this.layer.call(inputs, kwargs);
    } finally {
      Reflect.deleteProperty(kernel, "read");
    }
  }

  /** The kernel over its largest singular value; a kernel of zeros stays. */
  #normalize(kernel: Tensor): Tensor {
    const vector = this.#u as Weight;
    const weights = reshape(kernel, [-1, kernel.shape.at(-1) as number]);
    const fixed = stopGradient(weights);
    let [u, v] = [vector.read(), vector.read()];
    for (let i = 0; i < (this.config.powerIterations ?? 1); i++) {
      v = unit(matMul(u, fixed, false, true));
      u = unit(matMul(v, fixed));
    }
    const sigma = matMul(matMul(v, weights), u, false, true);
    const isZero = equal(sum(abs(fixed)), 0);
    vector.write(where(isZero, vector.read(), u));
    return div(kernel, reshape(where(isZero, onesLike(sigma), sigma), []));
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), layer: new Inner(this.layer) as never };
  }
}

const stopGradient = customGrad((x) => ({
  value: (x as Tensor).clone(),
  gradFunc: (dy: Tensor | Tensor[]) => zerosLike(dy as Tensor),
}));

/** A vector of length 1. */
const unit = (x: Tensor): Tensor => mul(x, minimum(rsqrt(sum(square(x))), 1e7));
