import {
  add,
  addN,
  clipByValue,
  clone,
  div,
  engine,
  fill,
  maximum,
  minimum,
  mul,
  Optimizer,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tidy,
  type Variable,
  variable,
  zerosLike,
} from "../../tf.js";
import { type Like, type Named, named, settingsOf } from "./named.js";
import { refuseUnknown } from "./refused.js";
import { loadLearningRate, type Schedule } from "./schedules.js";
import { RULES, type Rule } from "./update-rules.js";

type Gradients = Parameters<Optimizer["applyGradients"]>[0];
type NamedTensor = { readonly name: string; readonly tensor: Tensor };
type Values = Float32Array | Int32Array;

/** An array of a file to be: what it holds is read when it is written. */
export interface StateArray {
  readonly shape: readonly number[];
  data(): Promise<Values>;
}

/** An array of the optimizer's state, and how it is restored. */
interface Place extends StateArray {
  assign(values: Values): void;
}

/** Settings of every optimizer, 0 where there is no such thing. */
const COMMON = {
  weight_decay: 0,
  clipnorm: 0,
  global_clipnorm: 0,
  clipvalue: 0,
  use_ema: false,
  ema_momentum: 0.99,
  ema_overwrite_frequency: 0,
  gradient_accumulation_steps: 0,
};
/** Slots of every optimizer that averages or accumulates: each is as the variable. */
const COMMON_SLOTS: ReadonlySet<string> = new Set(["average", "accumulated"]);
// Scaling the loss and then its gradients changes nothing in float32.
const FREE = ["name", "learning_rate", "loss_scale_factor"];

/** What is null or an empty list means that there is none: 0, or no such key. Patterns of names become one. */
const withoutNulls = ({ config, ...given }: Named): Named => ({
  ...given,
  config: Object.fromEntries(
    Object.entries(config).flatMap(([key, value]) => {
      if (!Array.isArray(value)) return [[key, value ?? 0]];
      return value.length === 0 ? [] : [[key, value.every(isPattern) ? value.join("|") : value]];
    }),
  ),
});

/** A pattern of Python of letters and `.`, `^` and `$`: it takes no longer than a name is. */
const isPattern = (value: unknown): boolean => typeof value === "string" && /^\^?[\w/ .-]+\$?$/.test(value);

/**
 * One of Keras' optimizers: it changes the weights as Keras 3.15 does, step by step, and its state is Keras'.
 * `learningRate` can be set, unless a schedule gives it.
 */
export class KerasOptimizer extends Optimizer {
  /** Keras' class name. */
  readonly kerasName: string;
  /** Its config as Keras writes it. */
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #rule: Rule;
  readonly #settings: Readonly<Record<string, number | boolean | string>>;
  readonly #common: Like<typeof COMMON>;
  /** The slots of each variable, by the variable's name, in Keras' order of the variables. */
  readonly #slots = new Map<string, Readonly<Record<string, Variable>>>();
  #product = 1;
  #rate: number | Schedule;

  /**
   * @param node the optimizer as a compile config holds it
   * @throws LitModelError that names the optimizer or the setting which does not load
   */
  constructor(node: unknown) {
    super();
    const given = named(node, "optimizer");
    const rule = ruleOf(given.name);
    const settings = settingsOf(withoutNulls(given), { ...rule.settings, ...COMMON }, FREE);
    this.kerasName = given.name;
    this.#config = given.config;
    this.#rule = rule;
    this.#settings = settings as Readonly<Record<string, number | boolean | string>>;
    this.#common = settings;
    this.#rate = loadLearningRate(given.config.learning_rate);
  }

  /** tfjs takes whatever has the methods of an optimizer for an instance of each of its classes. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && #rule in value;
  }

  override getClassName(): string {
    return this.kerasName;
  }

  /** The rate of the next step. */
  get learningRate(): number {
    return typeof this.#rate === "number" ? this.#rate : this.#rate(this.iterations);
  }

  set learningRate(rate: number) {
    if (typeof this.#rate !== "number") throw new Error("the learning rate comes from a schedule and cannot be set");
    this.#rate = rate;
  }

  /** Its config as Keras writes it. */
  override getConfig(): Record<string, never> {
    const rate = typeof this.#rate === "number" ? { learning_rate: Math.fround(this.#rate) } : {};
    return { ...this.#config, ...rate } as Record<string, never>;
  }

  override applyGradients(given: Gradients): void {
    const all = Array.isArray(given) ? given : Object.entries(given).map(([name, tensor]) => ({ name, tensor }));
    this.build(all.map(({ name }) => variableOf(name)));
    const found = all.filter(({ tensor }) => tensor);
    const { gradient_accumulation_steps: every, use_ema: isAveraged } = this.#common;
    const step = Math.floor(this.iterations / (every || 1)) + 1;
    tidy(() => {
      if (every === 0) this.#update(found, step);
      else this.#accumulate(found, (this.iterations + 1) % every === 0 ? step : undefined);
      if (isAveraged) this.#average(step);
    });
    this.incrementIterations();
  }

  /** Keeps the sum of the gradients; at a step of the variables it takes their mean, and begins anew. */
  #accumulate(found: readonly NamedTensor[], step: number | undefined): void {
    const sums = found.map(({ name, tensor }) => ({
      name,
      tensor: add(tensor, this.#slotsOf(name).accumulated as Tensor),
    }));
    for (const { name, tensor } of sums)
      this.#slotsOf(name).accumulated?.assign(step === undefined ? tensor : zerosLike(tensor));
    const { gradient_accumulation_steps: every } = this.#common;
    if (step !== undefined)
      this.#update(
        sums.map(({ name, tensor }) => ({ name, tensor: div(tensor, every) })),
        step,
      );
  }

  #update(found: readonly NamedTensor[], step: number): void {
    const rate = Math.fround(this.learningRate);
    if (this.#rule.advance) this.#product = this.#rule.advance(this.#product, step, this.#settings);
    const gradients = this.#clip(found.map(({ tensor }) => tensor));
    for (const [i, { name }] of found.entries())
      tidy(() => {
        const slots = this.#slotsOf(name);
        const weight = variableOf(name);
        const { value, ...after } = this.#rule.update({
          gradient: gradients[i] as Tensor,
          value: this.#decay(weight, rate),
          rate,
          step,
          settings: this.#settings,
          slots,
          product: this.#product,
        });
        for (const [slot, kept] of Object.entries(after)) slots[slot]?.assign(kept as Tensor);
        weight.assign(value as Tensor);
      });
  }

  /** Moves each variable's average, and at times takes it for the variable. */
  #average(step: number): void {
    const { ema_momentum, ema_overwrite_frequency: often } = this.#common;
    const momentum = step === 1 ? 0 : ema_momentum;
    for (const [name, { average }] of this.#slots) {
      const weight = variableOf(name);
      average?.assign(add(mul(average as Tensor, momentum), mul(weight, 1 - momentum)));
      if (often > 0 && step % often === 0) weight.assign(average as Tensor);
    }
  }

  /** As Keras does when `fit` ends: variables of which averages are kept become these. */
  finishTraining(variables: readonly Variable[]): void {
    for (const variable of variables) {
      const average = this.#slots.get(variable.name)?.average;
      if (average) variable.assign(average);
    }
  }

  #slotsOf(name: string): Readonly<Record<string, Variable>> {
    return this.#slots.get(name) as Readonly<Record<string, Variable>>;
  }

  #decay(weight: Variable, rate: number): Tensor {
    const decay = this.#rule.decay?.(this.#settings, weight) ?? this.#common.weight_decay;
    return decay ? sub(weight, mul(mul(weight, decay), rate)) : weight;
  }

  #clip(gradients: Tensor[]): Tensor[] {
    const { clipnorm, global_clipnorm: global, clipvalue } = this.#common;
    if (clipnorm > 0)
      return gradients.map((gradient) => div(mul(gradient, clipnorm), maximum(sqrt(sum(square(gradient))), clipnorm)));
    if (global > 0 && gradients.length > 0) {
      const norm = sqrt(addN(gradients.map((gradient) => sum(square(gradient)))));
      const scale = mul(minimum(div(1, norm), 1 / global), global);
      return gradients.map((gradient) => mul(gradient, scale));
    }
    return clipvalue > 0 ? gradients.map((gradient) => clipByValue(gradient, -clipvalue, clipvalue)) : gradients;
  }

  /** Makes the slots of variables that have none yet, in this order. */
  build(variables: readonly Variable[]): void {
    for (const weight of variables)
      if (!this.#slots.has(weight.name)) {
        const made = this.#groups(weight).flat();
        this.#slots.set(weight.name, Object.fromEntries(made.map((slot) => [slot, this.#makeSlot(weight, slot)])));
      }
  }

  /** The slots of a variable, in Keras' groups. */
  #groups(weight: Variable): readonly (readonly string[])[] {
    const { use_ema: isAveraged, gradient_accumulation_steps: every } = this.#common;
    const common = [isAveraged ? ["average"] : [], every > 0 ? ["accumulated"] : []];
    return [...common, ...this.#rule.slots(this.#settings, weight)];
  }

  #makeSlot(weight: Variable, slot: string): Variable {
    return tidy(() => {
      const rule: Partial<Rule> = COMMON_SLOTS.has(slot) ? {} : this.#rule;
      const start = rule.start?.(slot, this.#settings, weight) ?? 0;
      const shape = rule.shape?.(slot, weight.shape) ?? weight.shape;
      return variable(typeof start === "number" ? fill([...shape], start) : clone(start), false);
    });
  }

  /** The state in Keras' order: iterations, learning rate, slots. Before the first step it has no slots. */
  state(): readonly StateArray[] {
    return this.#places();
  }

  #places(): Place[] {
    const number = (make: (value: number) => Values, get: () => number, set: (value: number) => void): Place => ({
      shape: [],
      data: async () => make(get()),
      assign: ([value = 0]) => set(value),
    });
    const places = [
      number(
        (value) => Int32Array.of(value),
        () => this.iterations,
        (value) => {
          this.iterations_ = value;
        },
      ),
    ];
    const float = (get: () => number, set: (value: number) => void) =>
      places.push(number((value) => Float32Array.of(value), get, set));
    if (typeof this.#rate === "number")
      float(
        () => this.learningRate,
        (value) => {
          this.#rate = value;
        },
      );
    const all = [...this.#slots].map(([name, slots]) => ({ slots, groups: this.#groups(variableOf(name)) }));
    for (const i of all[0]?.groups.keys() ?? [])
      for (const { slots, groups } of all)
        for (const slot of groups[i] ?? []) places.push(placeOf(slots[slot] as Variable));
    if (this.#rule.advance && this.#slots.size > 0)
      float(
        () => this.#product,
        (value) => {
          this.#product = value;
        },
      );
    return places;
  }

  /**
   * Takes a state that Keras has stored, for these variables. As in Keras, one that does not fit them is left.
   * @param read gives an array's values
   */
  async restore<A extends Pick<StateArray, "shape">>(
    variables: readonly Variable[],
    arrays: readonly A[],
    read: (array: A) => Promise<Values>,
  ): Promise<void> {
    this.build(variables);
    const places = this.#places();
    const fits = ({ shape }: Place, i: number) => `${shape}` === `${arrays[i]?.shape}`;
    if (places.length !== arrays.length || !places.every(fits)) return this.dispose();
    for (const [i, place] of places.entries()) place.assign(await read(arrays[i] as A));
  }

  override dispose(): void {
    for (const slots of this.#slots.values()) for (const slot of Object.values(slots)) slot.dispose();
    this.#slots.clear();
  }
}

function ruleOf(name: string): Rule {
  const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
  return rule ?? refuseUnknown("optimizer", name);
}

const variableOf = (name: string): Variable => engine().registeredVariables[name] as Variable;

const placeOf = (slot: Variable): Place => ({
  shape: slot.shape,
  data: () => slot.data() as Promise<Values>,
  assign(values) {
    const found = tensor(values as Float32Array, slot.shape, "float32");
    slot.assign(found);
    found.dispose();
  },
});
