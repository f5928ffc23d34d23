import {
  abs,
  add,
  div,
  greater,
  maximum,
  minimum,
  mul,
  neg,
  pow,
  sign,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  where,
} from "../../tf.js";
import type { Like } from "./unsupported.js";

type Settings = Readonly<Record<string, number | boolean>>;

/** One step of one variable. */
interface Step<S, Slot extends string> {
  readonly gradient: Tensor;
  readonly value: Tensor;
  readonly rate: number;
  /** The step's number; the first is 1. */
  readonly step: number;
  readonly settings: Like<S>;
  /** What the optimizer keeps for the variable, of its shape. */
  readonly slots: Readonly<Record<Slot, Tensor>>;
  /** What the optimizer keeps for all variables, as `advance` left it. */
  readonly product: number;
}

/** How one of Keras' optimizers changes a variable. */
interface RuleOf<S extends Settings, Slot extends string> {
  /** Its settings with Keras' defaults, beside those that all optimizers have. */
  readonly settings: S;
  /** What it keeps, in groups: Keras stores all variables' slots of a group before the next group's. */
  slots(settings: Like<S>): readonly (readonly Slot[])[];
  /** What a slot begins with; default 0. */
  start?(slot: Slot, settings: Like<S>): number;
  /** Keras' Nadam keeps one number for all variables, 1 at first: what it is after a step. */
  advance?(product: number, step: number, settings: Like<S>): number;
  /** The variable, `value`, and its slots after a step. */
  update(step: Step<S, Slot>): Readonly<Record<Slot | "value", Tensor>>;
}

export type Rule = RuleOf<Settings, string>;

const rule = <S extends Settings, Slot extends string>(given: RuleOf<S, Slot>): Rule => given as unknown as Rule;

/** Keras computes numbers in float32: 1 - 0.999 ** 1 is 0.00099998712. */
const { fround } = Math;
const power = (base: number, exponent: number): number => fround(fround(base) ** exponent);
/** `old` by a share on its way to `target`. */
const approach = (old: Tensor, target: Tensor, share: number): Tensor => add(old, mul(sub(target, old), share));
const average = (old: Tensor, value: Tensor, rho: number): Tensor => add(mul(old, rho), mul(value, 1 - rho));

const moments = { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-7 };

const adam = rule({
  settings: { ...moments, amsgrad: false },
  slots: ({ amsgrad }) => [["momentum", "velocity"], amsgrad ? ["velocity_hat"] : []],
  update({ gradient, value, rate, step, settings, slots }) {
    const momentum = approach(slots.momentum, gradient, 1 - settings.beta_1);
    const velocity = approach(slots.velocity, square(gradient), 1 - settings.beta_2);
    const alpha = (rate * Math.sqrt(1 - power(settings.beta_2, step))) / (1 - power(settings.beta_1, step));
    const hat = settings.amsgrad ? maximum(slots.velocity_hat, velocity) : velocity;
    const change = div(mul(momentum, alpha), add(sqrt(hat), settings.epsilon));
    return { value: sub(value, change), momentum, velocity, velocity_hat: hat };
  },
});

/** Keras' optimizers (keras/src/optimizers), step by step. */
export const RULES: Readonly<Record<string, Rule>> = {
  SGD: rule({
    settings: { momentum: 0, nesterov: false },
    slots: ({ momentum }) => [momentum === 0 ? [] : ["momentum"]],
    update({ gradient, value, rate, settings, slots }) {
      const change = mul(gradient, rate);
      if (settings.momentum === 0) return { value: sub(value, change), momentum: value };
      const momentum = sub(mul(slots.momentum, settings.momentum), change);
      const moved = settings.nesterov ? sub(mul(momentum, settings.momentum), change) : momentum;
      return { value: add(value, moved), momentum };
    },
  }),

  Adam: adam,
  AdamW: adam,

  Adamax: rule({
    settings: moments,
    slots: () => [["momentum", "norm"]],
    update({ gradient, value, rate, step, settings, slots }) {
      const momentum = approach(slots.momentum, gradient, 1 - settings.beta_1);
      const norm = maximum(mul(slots.norm, settings.beta_2), abs(gradient));
      const scale = 1 - power(settings.beta_1, step);
      const change = div(mul(momentum, rate), mul(add(norm, settings.epsilon), scale));
      return { value: sub(value, change), momentum, norm };
    },
  }),

  Nadam: rule({
    settings: moments,
    slots: () => [["momentum", "velocity"]],
    advance: (product, step, { beta_1 }) => fround(product * share(beta_1, step)),
    update({ gradient, value, rate, step, settings, slots, product }) {
      const { beta_1, beta_2, epsilon } = settings;
      const [now, next] = [share(beta_1, step), share(beta_1, step + 1)];
      const momentum = approach(slots.momentum, gradient, 1 - fround(beta_1));
      const velocity = approach(slots.velocity, square(gradient), 1 - fround(beta_2));
      const direction = add(mul(momentum, next / (1 - product * next)), mul(gradient, (1 - now) / (1 - product)));
      const scale = sqrt(div(velocity, 1 - power(beta_2, step)));
      return { value: sub(value, div(mul(direction, rate), add(scale, epsilon))), momentum, velocity };
    },
  }),

  RMSprop: rule({
    settings: { rho: 0.9, momentum: 0, epsilon: 1e-7, centered: false },
    slots: ({ momentum, centered }) => [
      ["velocity"],
      momentum > 0 ? ["momentum"] : [],
      centered ? ["average_gradient"] : [],
    ],
    update({ gradient, value, rate, settings, slots }) {
      const { rho, momentum: kept, epsilon, centered } = settings;
      const velocity = average(slots.velocity, square(gradient), rho);
      const mean = centered ? average(slots.average_gradient, gradient, rho) : value;
      const spread = centered ? sub(velocity, square(mean)) : velocity;
      const change = div(mul(gradient, rate), sqrt(add(spread, epsilon)));
      const momentum = kept > 0 ? add(mul(slots.momentum, kept), change) : change;
      return { value: sub(value, momentum), velocity, momentum, average_gradient: mean };
    },
  }),

  Adagrad: rule({
    settings: { initial_accumulator_value: 0.1, epsilon: 1e-7 },
    slots: () => [["accumulator"]],
    start: (_, { initial_accumulator_value }) => initial_accumulator_value,
    update({ gradient, value, rate, settings, slots }) {
      const accumulator = add(slots.accumulator, square(gradient));
      const change = div(mul(gradient, rate), sqrt(add(accumulator, settings.epsilon)));
      return { value: sub(value, change), accumulator };
    },
  }),

  Adadelta: rule({
    settings: { rho: 0.95, epsilon: 1e-7 },
    slots: () => [["accumulated_grad", "accumulated_delta_var"]],
    update({ gradient, value, rate, settings: { rho, epsilon }, slots }) {
      const accumulated = average(slots.accumulated_grad, square(gradient), rho);
      const rms = (x: Tensor) => sqrt(add(x, epsilon));
      const change = neg(div(mul(rms(slots.accumulated_delta_var), gradient), rms(accumulated)));
      return {
        value: add(value, mul(change, rate)),
        accumulated_grad: accumulated,
        accumulated_delta_var: average(slots.accumulated_delta_var, square(change), rho),
      };
    },
  }),

  Ftrl: rule({
    settings: {
      learning_rate_power: -0.5,
      initial_accumulator_value: 0.1,
      l1_regularization_strength: 0,
      l2_regularization_strength: 0,
      l2_shrinkage_regularization_strength: 0,
      beta: 0,
    },
    slots: () => [["accumulator", "linear"]],
    start: (slot, settings) => (slot === "accumulator" ? settings.initial_accumulator_value : 0),
    update({ gradient, value, rate, settings, slots }) {
      const { l1_regularization_strength: l1, l2_shrinkage_regularization_strength: shrinkage } = settings;
      const l2 = settings.l2_regularization_strength + settings.beta / (2 * rate);
      const root = (x: Tensor) => pow(x, -settings.learning_rate_power);
      const accumulator = add(slots.accumulator, square(gradient));
      const sigma = div(sub(root(accumulator), root(slots.accumulator)), rate);
      const shrunk = add(gradient, mul(value, 2 * shrinkage));
      const linear = add(slots.linear, sub(shrunk, mul(sigma, value)));
      const quadratic = add(div(root(accumulator), rate), 2 * l2);
      // wasm's clipByValue leaves what it is given if both bounds are 0.
      const clipped = minimum(maximum(linear, -l1), l1);
      return { value: div(sub(clipped, linear), quadratic), accumulator, linear };
    },
  }),

  Lion: rule({
    settings: { beta_1: 0.9, beta_2: 0.99 },
    slots: () => [["momentum"]],
    update({ gradient, value, rate, settings, slots }) {
      const mix = (beta: number) => add(mul(slots.momentum, beta), mul(gradient, 1 - fround(beta)));
      return { value: sub(value, mul(sign(mix(settings.beta_1)), rate)), momentum: mix(settings.beta_2) };
    },
  }),

  Lamb: rule({
    settings: moments,
    slots: () => [["momentum", "velocity"]],
    update({ gradient, value, rate, step, settings, slots }) {
      const momentum = approach(slots.momentum, gradient, 1 - settings.beta_1);
      const velocity = approach(slots.velocity, square(gradient), 1 - settings.beta_2);
      const scale = add(sqrt(div(velocity, 1 - power(settings.beta_2, step))), settings.epsilon);
      const change = div(div(momentum, 1 - power(settings.beta_1, step)), scale);
      const [size, length] = [value, change].map((x) => sqrt(sum(square(x)))) as [Tensor, Tensor];
      const ratio = where(greater(mul(size, length), 0), div(size, length), 1);
      return { value: sub(value, mul(change, mul(ratio, rate))), momentum, velocity };
    },
  }),
};

/** Nadam's share of the momentum at a step. */
const share = (beta: number, step: number): number => fround(fround(beta) * (1 - 0.5 * power(0.96, step)));
