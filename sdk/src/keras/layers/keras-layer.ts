import { layers, type serialization, type Tensor } from "../../tf.js";
import { getConstraint, getInitializer, getRegularizer } from "../settings/instances.js";

/** Lengths of a tensor's axes; null where one is open. */
export type Shape = (number | null)[];

export interface LayerConfig {
  readonly name?: string;
  readonly trainable?: boolean;
}

/** A weight of a layer. */
export type Weight = layers.Layer["weights"][number];

/** The keyword arguments of a call: `training`, `mask`, … */
export type Kwargs = Readonly<Record<string, unknown>>;

/**
 * A layer of ours: its config is what it was made from. `supportsMasking` is false, as Keras' `supports_masking` is: a
 * class that passes masks on sets it in its constructor (see mask.ts).
 */
export abstract class KerasLayer<Config extends object = object> extends layers.Layer {
  readonly config: Config;

  constructor(config: Config & LayerConfig) {
    super(config as never);
    // tfjs-layers changes what it made a layer from.
    this.config = { ...config };
    const { activityRegularizer } = config as Readonly<Record<string, unknown>>;
    Object.assign(this, { activityRegularizer: getRegularizer(activityRegularizer) });
  }

  /**
   * Adds a trainable weight with the settings of its name: `kernel` takes `kernelInitializer`, `kernelRegularizer` and
   * `kernelConstraint` of the config.
   * @param initializer Keras' default
   */
  protected addNamedWeight(name: string, shape: Shape, initializer: string): Weight {
    const config = this.config as Readonly<Record<string, unknown>>;
    return this.addWeight(
      name,
      shape,
      "float32",
      getInitializer(config[`${name}Initializer`] ?? initializer),
      getRegularizer(config[`${name}Regularizer`]) ?? undefined,
      true,
      getConstraint(config[`${name}Constraint`]) ?? undefined,
    );
  }

  override getConfig(): serialization.ConfigDict {
    return { ...(this.config as object), ...super.getConfig() };
  }

  static {
    // Private in tfjs-layers, which would ask `computeMask` without masks; pass-masks.ts attaches them.
    Object.defineProperty(KerasLayer.prototype, "setMaskMetadata", { value: () => {} });
  }
}

/** The only input of a call. */
export const single = (inputs: Tensor | Tensor[]): Tensor => (Array.isArray(inputs) ? (inputs[0] as Tensor) : inputs);

/** The only shape of a call. */
export const singleShape = (shape: Shape | Shape[]): Shape => (Array.isArray(shape[0]) ? shape[0] : (shape as Shape));
