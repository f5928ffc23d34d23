import type { Optimizer, Variable } from "../../tf.js";
import type { DescribedOptimizer } from "./describe-compiled.js";
import type { StateArray } from "./keras-optimizer.js";

type Json = Readonly<Record<string, unknown>>;
/** What tfjs keeps for each variable. */
type Kept = readonly { readonly variable: Variable }[];

/** How one of tfjs' optimizers is Keras'. */
interface Counterpart {
  readonly className: string;
  /** Keras' settings beside the learning rate; undefined if Keras has none such. */
  config(given: Json): Json | undefined;
  /** Where the optimizer keeps what Keras' does, in Keras' groups. */
  slots(given: Json): readonly (readonly string[])[];
  /** What a slot is multiplied by to be Keras'. */
  scale?(given: Json): number;
}

const RMSPROP: Counterpart = {
  className: "RMSprop",
  config: ({ decay, momentum, epsilon, centered }) => ({ rho: decay, momentum, epsilon, centered }),
  slots: ({ momentum, centered }) => [
    ["accumulatedMeanSquares"],
    momentum ? ["accumulatedMoments"] : [],
    centered ? ["accumulatedMeanGrads"] : [],
  ],
};

const COUNTERPARTS: Readonly<Record<string, Counterpart>> = {
  SGD: { className: "SGD", config: () => ({}), slots: () => [] },
  Momentum: {
    className: "SGD",
    config: ({ momentum, useNesterov }) => ({ momentum, nesterov: useNesterov }),
    slots: ({ momentum }) => [momentum ? ["accumulations"] : []],
    // Keras' moves the variable, tfjs' is multiplied by the rate first.
    scale: ({ learningRate }) => -(learningRate as number),
  },
  Adagrad: {
    className: "Adagrad",
    config: ({ initialAccumulatorValue }) => ({ initial_accumulator_value: initialAccumulatorValue, epsilon: 1e-7 }),
    slots: () => [["accumulatedGrads"]],
  },
  Adadelta: {
    className: "Adadelta",
    config: ({ rho, epsilon }) => ({ rho, epsilon }),
    slots: () => [["accumulatedGrads", "accumulatedUpdates"]],
  },
  Adam: {
    className: "Adam",
    config: ({ beta1, beta2, epsilon }) => ({ beta_1: beta1, beta_2: beta2, epsilon }),
    slots: () => [["accumulatedFirstMoment", "accumulatedSecondMoment"]],
  },
  Adamax: {
    className: "Adamax",
    config: ({ beta1, beta2, epsilon, decay }) => (decay ? undefined : { beta_1: beta1, beta_2: beta2, epsilon }),
    slots: () => [["accumulatedFirstMoment", "accumulatedWeightedInfNorm"]],
  },
  RMSProp: RMSPROP,
};

/** One of tfjs' optimizers as Keras': it goes on from the same state. undefined if Keras has none such. */
export function describeTfjsOptimizer(optimizer: Optimizer): DescribedOptimizer | undefined {
  const counterpart = COUNTERPARTS[optimizer.getClassName()];
  const given = optimizer.getConfig() as Json;
  const config = counterpart?.config(given);
  if (!counterpart || !config) return undefined;
  const rate = Math.fround(given.learningRate as number);
  const keptIn = (place: string): Kept => (optimizer as unknown as Readonly<Record<string, Kept>>)[place] ?? [];
  const scale = counterpart.scale?.(given);
  const slots = counterpart.slots(given).flatMap((group) => {
    const [first] = group;
    const count = first === undefined ? 0 : keptIn(first).length;
    return Array.from({ length: count }, (_, i) =>
      group.map((place) => scaled((keptIn(place)[i] as Kept[number]).variable, scale)),
    ).flat();
  });
  return {
    className: counterpart.className,
    config: { learning_rate: rate, ...config },
    arrays: [
      { shape: [], data: async () => Int32Array.of(optimizer.iterations) },
      { shape: [], data: async () => Float32Array.of(rate) },
      ...slots,
    ],
  };
}

const scaled = (slot: Variable, scale: number | undefined): StateArray => ({
  shape: slot.shape,
  async data() {
    const values = (await slot.data()) as Float32Array;
    return scale === undefined ? values : values.map((value) => value * scale);
  },
});
