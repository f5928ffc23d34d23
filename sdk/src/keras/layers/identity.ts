import type { Tensor } from "../../tf.js";
import { getRegularizer } from "../settings/instances.js";
import { KerasLayer, type LayerConfig, single } from "./keras-layer.js";

/** Keras' Identity. */
export class Identity extends KerasLayer {
  static readonly className: string = "Identity";

  constructor(config: LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return single(inputs);
  }
}

interface ActivityRegularizationConfig {
  /** Default 0. */
  readonly l1?: number;
  /** Default 0. */
  readonly l2?: number;
}

/** Keras' ActivityRegularization: gives its input and adds its penalty to the loss. */
export class ActivityRegularization extends Identity {
  static override readonly className = "ActivityRegularization";

  constructor(config: ActivityRegularizationConfig & LayerConfig) {
    super(config);
    const { l1 = 0, l2 = 0 } = config;
    Object.assign(this, { activityRegularizer: getRegularizer({ className: "L1L2", config: { l1, l2 } }) });
  }
}
