import {
  addN,
  clipByValue,
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
} from "../../tf.js";
import { loadLearningRate, type Schedule } from "./schedules.js";
import { named, settingsOf, unsupported } from "./unsupported.js";
import { RULES, type Rule } from "./update-rules.js";

type Gradients = Parameters<Optimizer["applyGradients"]>[0];
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

/** Settings of every optimizer that change nothing while they are these. */
const OFF = { use_ema: false, gradient_accumulation_steps: 0 };
const CLIPPING = { weight_decay: 0, clipnorm: 0, global_clipnorm: 0, clipvalue: 0 };
const FREE = ["name", "learning_rate", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor"];

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
  readonly #settings: Readonly<Record<string, number | boolean>>;
  readonly #clipping: Readonly<Record<keyof typeof CLIPPING, number>>;
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
    const defaults = { ...rule.settings, ...OFF, ...CLIPPING };
    const { use_ema, gradient_accumulation_steps: steps, ...settings } = settingsOf(given, defaults, FREE);
    if (use_ema) unsupported(`the optimizer '${given.name}' with use_ema=true`);
    if (steps) unsupported(`the optimizer '${given.name}' with gradient_accumulation_steps=${steps}`);
    this.kerasName = given.name;
    this.#config = given.config;
    this.#rule = rule;
    this.#settings = settings;
    this.#clipping = settings;
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
    const steps = all.filter(({ tensor }) => tensor);
    const [rate, step] = [Math.fround(this.learningRate), this.iterations + 1];
    if (this.#rule.advance) this.#product = this.#rule.advance(this.#product, step, this.#settings);
    tidy(() => {
      const gradients = this.#clip(steps.map(({ tensor }) => tensor));
      for (const [i, { name }] of steps.entries())
        tidy(() => {
          const slots = this.#slots.get(name) as Readonly<Record<string, Variable>>;
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
          for (const [slot, kept] of Object.entries(slots)) kept.assign(after[slot] as Tensor);
          weight.assign(value as Tensor);
        });
    });
    this.incrementIterations();
  }

  #decay(weight: Tensor, rate: number): Tensor {
    const { weight_decay: decay } = this.#clipping;
    return decay ? sub(weight, mul(mul(weight, decay), rate)) : weight;
  }

  #clip(gradients: Tensor[]): Tensor[] {
    const { clipnorm, global_clipnorm: global, clipvalue } = this.#clipping;
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
    const names = this.#rule.slots(this.#settings).flat();
    for (const { name, shape } of variables)
      if (!this.#slots.has(name))
        this.#slots.set(name, Object.fromEntries(names.map((slot) => [slot, this.#makeSlot(shape, slot)])));
  }

  #makeSlot(shape: number[], slot: string): Variable {
    return tidy(() => variable(fill(shape, this.#rule.start?.(slot, this.#settings) ?? 0), false));
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
    for (const group of this.#rule.slots(this.#settings))
      for (const slots of this.#slots.values()) for (const slot of group) places.push(placeOf(slots[slot] as Variable));
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
  return rule ?? unsupported(`the optimizer '${name}'`);
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
