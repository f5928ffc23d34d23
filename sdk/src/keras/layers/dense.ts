import { hasHostKernel } from "../../devices/tensorflow/has-host-kernel.js";
import { sizeOf } from "../../tensors/size-of.js";
import { cast, engine, fused, reshape, type Tensor, type Tensor2D, tidy } from "../../tf.js";
import { type Activation, getActivation } from "../settings/activations.js";
import { DENSE_KERNEL } from "./dense-graph.js";
import { KerasLayer, type LayerConfig, type Shape, single, singleShape, type Weight } from "./keras-layer.js";

interface DenseConfig {
  readonly units: number;
  /** tfjs' name; default `linear`. */
  readonly activation?: string;
  /** Default true. */
  readonly useBias?: boolean;
}

/** Activations that tfjs' kernels apply with the product; of these it has the gradients too. */
const isFused = (name: string): name is "linear" | "relu" => name === "linear" || name === "relu";

/** Keras' Dense: [..., n] becomes [..., units] at any rank above 1; tfjs-layers' adds no bias above rank 5. */
export class Dense extends KerasLayer<DenseConfig> {
  static readonly className = "Dense";
  readonly activation: Activation;
  #kernel?: Weight;
  #bias?: Weight;

  constructor(config: DenseConfig & LayerConfig) {
    super(config);
    this.supportsMasking = true;
    this.activation = getActivation(config.activation ?? "linear");
  }

  override build(inputShape: Shape | Shape[]): void {
    const length = singleShape(inputShape).at(-1) ?? null;
    if (length === null) throw new Error("Dense takes inputs whose last axis has a known length");
    this.#kernel = this.addNamedWeight("kernel", [length, this.config.units], "glorotUniform");
    if (this.config.useBias !== false) this.#bias = this.addNamedWeight("bias", [this.config.units], "zeros");
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: length } }];
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return [...singleShape(inputShape).slice(0, -1), this.config.units];
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = cast(single(inputs), "float32");
      const outer = input.shape.slice(0, -1);
      const rows = sizeOf(outer);
      const a = reshape(input, [rows, input.shape.at(-1) as number]) as Tensor2D;
      const b = this.#kernel?.read() as Tensor2D;
      const bias = this.#bias?.read();
      const name = this.activation.getClassName();
      const activation = isFused(name) ? name : "linear";
      const given = { a, b, ...(bias && { bias }) };
      const product: Tensor = hasHostKernel(DENSE_KERNEL)
        ? engine().runKernel(DENSE_KERNEL, given, { activation })
        : fused.matMul({ ...given, activation });
      const output = reshape(product, [...outer, this.config.units]);
      return isFused(name) ? output : this.activation.apply(output);
    });
  }
}
