import type { Tensor } from "@tensorflow/tfjs-core";
import { type layers as Layers, layers } from "../../tf.js";

type AddWeight = Parameters<Layers.Layer["addWeight"]>;

/** An initializer: what `addWeight` takes. */
export type Initializer = NonNullable<AddWeight[3]>;
/** A regularizer: the penalty of a tensor, a scalar. */
export type Regularizer = NonNullable<AddWeight[4]> & { apply(x: Tensor): Tensor };
/** A constraint: the tensor that is closest and allowed. */
export type Constraint = NonNullable<AddWeight[6]> & { apply(x: Tensor): Tensor };

/** tfjs-layers makes these objects only for a layer of its own. */
const made = (setting: string, value: unknown): unknown =>
  (layers.dense({ units: 1, [setting]: value }) as unknown as Record<string, unknown>)[setting];

/** The initializer that a loaded setting describes (a name or `{ className, config }`). */
export const getInitializer = (value: unknown): Initializer => made("kernelInitializer", value) as Initializer;

/** The regularizer that a loaded setting describes; null if there is none. */
export const getRegularizer = (value: unknown): Regularizer | null =>
  value ? (made("kernelRegularizer", value) as Regularizer) : null;

/** The constraint that a loaded setting describes; null if there is none. */
export const getConstraint = (value: unknown): Constraint | null =>
  value ? (made("kernelConstraint", value) as Constraint) : null;
