import { hasHostKernel } from "../../devices/tensorflow/has-host-kernel.js";
import {
  abs,
  add,
  div,
  engine,
  expandDims,
  greater,
  matMul,
  maximum,
  mean,
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
  tensor1d,
  transpose,
  type Variable,
  where,
} from "../../tf.js";
import { ADAM_KERNEL } from "./adam-kernel.js";
import type { Like } from "./named.js";

type Settings = Readonly<Record<string, number | boolean | string>>;

/** One step of one variable. */
interface Step<S, Slot extends string> {
  readonly gradient: Tensor;
  readonly value: Tensor;
  readonly rate: number;
  /** The step's number; the first is 1. */
  readonly step: number;
  readonly settings: Like<S>;
  /** What the optimizer keeps for the variable. */
  readonly slots: Readonly<Record<Slot, Tensor>>;
  /** What the optimizer keeps for all variables, as `advance` left it. */
  readonly product: number;
}

/** How one of Keras' optimizers changes a variable. */
interface RuleOf<S extends Settings, Slot extends string> {
  /** Its settings with Keras' defaults, beside those that all optimizers have. */
  readonly settings: S;
  /** What it keeps, in groups: Keras stores all variables' slots of a group before the next group's. */
  slots(settings: Like<S>, variable: Variable): readonly (readonly Slot[])[];
  /** A slot's shape for a variable's; default the same. */
  shape?(slot: Slot, shape: readonly number[]): readonly number[];
  /** What a slot begins with; default 0. */
  start?(slot: Slot, settings: Like<S>, variable: Variable): number | Tensor;
  /** The share that a variable decays by, where it is not `weight_decay`. */
  decay?(settings: Like<S>, variable: Variable): number | undefined;
  /** Keras' Nadam keeps one number for all variables, 1 at first: what it is after a step. */
  advance?(product: number, step: number, settings: Like<S>): number;
  /** The variable, `value`, and its slots after a step. */
  update(step: Step<S, Slot>): Readonly<Record<"value", Tensor> & Partial<Record<Slot, Tensor>>>;
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
    const alpha = (rate * Math.sqrt(1 - power(settings.beta_2, step))) / (1 - power(settings.beta_1, step));
    if (!settings.amsgrad && hasHostKernel(ADAM_KERNEL)) {
      const numbers = tensor1d([alpha, 1 - settings.beta_1, 1 - settings.beta_2, settings.epsilon]);
      const inputs = { value, gradient, momentum: slots.momentum, velocity: slots.velocity, numbers };
      const [next, momentum, velocity] = engine().runKernel(ADAM_KERNEL, inputs) as [Tensor, Tensor, Tensor];
      return { value: next, momentum, velocity };
    }
    const momentum = approach(slots.momentum, gradient, 1 - settings.beta_1);
    const velocity = approach(slots.velocity, square(gradient), 1 - settings.beta_2);
    const hat = settings.amsgrad ? maximum(slots.velocity_hat, velocity) : velocity;
    const change = div(mul(momentum, alpha), add(sqrt(hat), settings.epsilon));
    return { value: sub(value, change), momentum, velocity, velocity_hat: hat };
  },
});

const MUON = {
  adam_beta_1: 0.9,
  adam_beta_2: 0.999,
  adam_weight_decay: 0.004,
  epsilon: 1e-7,
  exclude_embeddings: true,
  /** A pattern of names. */
  exclude_layers: "",
  muon_a: 3.4445,
  muon_b: -4.775,
  muon_c: 2.0315,
  adam_lr_ratio: 1,
  momentum: 0.95,
  ns_steps: 5,
  nesterov: true,
  rms_rate: 0.2,
};

const rootMeanSquare = (x: Tensor): Tensor => sqrt(mean(square(x)));

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

  ScheduleFreeAdamW: rule({
    settings: { beta_1: 0.9, beta_2: 0.999, epsilon: 1e-8, warmup_steps: 0 },
    slots: () => [["momentum", "velocity"]],
    start: (slot, _, variable) => (slot === "momentum" ? variable : 0),
    update({ gradient, value, rate, step, settings, slots }) {
      const [beta_1, beta_2] = [fround(settings.beta_1), fround(settings.beta_2)];
      const warm = settings.warmup_steps > 0 ? rate * Math.min(step / settings.warmup_steps, 1) : rate;
      const velocity = approach(slots.velocity, square(gradient), 1 - beta_2);
      const scale = add(sqrt(div(velocity, 1 - power(beta_2, step))), settings.epsilon);
      const momentum = sub(slots.momentum, div(mul(gradient, warm), scale));
      const before = div(sub(value, mul(slots.momentum, 1 - beta_1)), beta_1);
      const mean = average(before, momentum, 1 - 1 / step);
      return { value: average(momentum, mean, 1 - beta_1), momentum, velocity };
    },
  }),

  Adafactor: rule({
    settings: { beta_2_decay: -0.8, epsilon_1: 1e-30, epsilon_2: 1e-3, clip_threshold: 1, relative_step: true },
    // Keras keeps a number for rows and columns that there are none of.
    slots: () => [["rows", "columns", "velocity"]],
    shape(slot, shape) {
      if (slot === "velocity") return shape;
      if (shape.length < 2) return [];
      return shape.toSpliced(slot === "rows" ? -1 : -2, 1);
    },
    update({ gradient, value, rate, step, settings, slots }) {
      const size = maximum(rootMeanSquare(value), settings.epsilon_2);
      const squares = add(square(gradient), settings.epsilon_1);
      const rho = 1 - fround(step ** settings.beta_2_decay);
      const factors = value.rank >= 2 && {
        rows: average(slots.rows, mean(squares, -1), rho),
        columns: average(slots.columns, mean(squares, -2), rho),
      };
      const velocity = factors
        ? mul(expandDims(div(factors.rows, mean(factors.rows, -1, true)), -1), expandDims(factors.columns, -2))
        : average(slots.velocity, squares, rho);
      const change = div(gradient, sqrt(velocity));
      const clipped = div(change, maximum(div(rootMeanSquare(change), settings.clip_threshold), 1));
      const length = mul(size, Math.min(rate, 1 / Math.sqrt(step)));
      return { value: sub(value, mul(clipped, length)), ...factors, velocity };
    },
  }),

  Muon: rule({
    settings: MUON,
    slots: (settings, variable) => [isAdams(settings, variable) ? ["momentum", "velocity"] : ["momentum"]],
    decay: (settings, variable) => (isAdams(settings, variable) ? settings.adam_weight_decay : undefined),
    update({ gradient, value, rate, step, settings, slots }) {
      if (slots.velocity) {
        const { adam_beta_1: beta_1, adam_beta_2: beta_2, epsilon } = settings;
        const own = { beta_1, beta_2, epsilon, amsgrad: false };
        return adam.update({
          gradient,
          value,
          rate: rate * settings.adam_lr_ratio,
          step,
          settings: own,
          slots,
          product: 1,
        });
      }
      const momentum = add(slots.momentum, add(gradient, mul(slots.momentum, settings.momentum - 1)));
      const direction = settings.nesterov ? add(gradient, mul(momentum, settings.momentum)) : momentum;
      const scale = settings.rms_rate === 0 ? 1 : Math.sqrt(Math.max(...value.shape)) * settings.rms_rate;
      return { value: sub(value, mul(orthogonal(direction, settings), rate * scale)), momentum };
    },
  }),
};

type Muon = Like<typeof MUON>;

/** Whether Muon leaves a variable to Adam: one that is no matrix, embeddings, and those of layers that it is told. */
const isAdams = ({ exclude_embeddings, exclude_layers: pattern }: Muon, { name, shape }: Variable): boolean =>
  shape.length !== 2 ||
  (exclude_embeddings && name.toLowerCase().includes("embedding")) ||
  // tfjs numbers variables of one name.
  (pattern !== "" && new RegExp(pattern).test(name.replace(/_\d+$/, "")));

/** The matrix nearest to having orthogonal rows, by Newton and Schulz's iteration. */
function orthogonal(given: Tensor, { ns_steps, muon_a, muon_b, muon_c }: Muon): Tensor {
  const [rows, columns] = given.shape as [number, number];
  const wide = rows > columns ? transpose(given) : given;
  let x = div(wide, add(sqrt(sum(square(wide))), 1e-7));
  for (let i = 0; i < ns_steps; i++) {
    const products = matMul(x, x, false, true);
    const mixed = add(mul(products, muon_b), matMul(mul(products, muon_c), products));
    x = add(mul(x, muon_a), matMul(mixed, x));
  }
  return rows > columns ? transpose(x) : x;
}

/** Nadam's share of the momentum at a step. */
const share = (beta: number, step: number): number => fround(fround(beta) * (1 - 0.5 * power(0.96, step)));
