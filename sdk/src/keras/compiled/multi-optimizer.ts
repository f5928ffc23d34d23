import { type LayersModel, Optimizer, type Variable } from "../../tf.js";
import { isNode, isRecord } from "../file/container.js";
import { doesNotLoad } from "./does-not-load.js";
import { KerasOptimizer, type StateArray } from "./keras-optimizer.js";
import { shown } from "./named.js";

type Json = Readonly<Record<string, unknown>>;
type Gradients = Parameters<Optimizer["applyGradients"]>[0];
type Values = Float32Array | Int32Array;

/** Layers whose variables Keras calls as here, or as their names say: those of other layers have paths that Python counts. */
const NAMES: Readonly<Record<string, Json>> = Object.fromEntries([
  ..."Dense EinsumDense Embedding Conv1D Conv2D Conv3D BatchNormalization LayerNormalization GroupNormalization RMSNormalization PReLU"
    .split(" ")
    .map((name) => [name, {}]),
  ...["SeparableConv1D", "SeparableConv2D"].map((name) => [
    name,
    { depthwise: "depthwise_kernel", pointwise: "pointwise_kernel" },
  ]),
  ...["DepthwiseConv1D", "DepthwiseConv2D"].map((name) => [name, { depthwise: "kernel" }]),
]);

/** Keras' path of each trained variable, by the variable's name. */
function pathsOf(model: LayersModel, found = new Map<string, string>()): Map<string, string> {
  for (const layer of model.layers) {
    if ("layers" in layer && Array.isArray(layer.layers)) pathsOf(layer as unknown as LayersModel, found);
    else
      for (const weight of layer.trainableWeights) {
        const className = layer.getClassName();
        const names = Object.hasOwn(NAMES, className) ? NAMES[className] : undefined;
        if (!names)
          doesNotLoad(
            `the optimizer 'MultiOptimizer' for the variables of layer '${layer.name}' (${className}), whose paths Python counts`,
          );
        const own = weight.originalName.slice(weight.originalName.lastIndexOf("/") + 1);
        found.set((weight.read() as Variable).name, `${layer.name}/${names?.[own] ?? own}`);
      }
  }
  return found;
}

type Part = readonly string[];

const ANY = ".";
const fits = (part: Part, path: string, at: number): boolean =>
  at >= 0 &&
  at + part.length <= path.length &&
  part.every((token, i) => token === ANY || token.slice(-1) === path[at + i]);

/**
 * Whether a path is all that a pattern of Python says. Of regular expressions those of letters, `.`, `.*`, `.+` and `|`,
 * which take no longer than the path is.
 */
function matches(pattern: string, path: string): boolean {
  if (!/^(?:[\w/ -]|\\[./_-]|\.[*+]?|\|)*$/.test(pattern))
    doesNotLoad(`the optimizer 'MultiOptimizer' with the pattern ${shown(pattern)}`);
  return pattern.split("|").some((each) => {
    const parts = each
      .replaceAll(".+", "..*")
      .split(".*")
      .map((part): Part => part.match(/\\.|./g) ?? []);
    const [first, last] = [parts[0] as Part, parts.at(-1) as Part];
    if (parts.length === 1) return first.length === path.length && fits(first, path, 0);
    if (!fits(first, path, 0)) return false;
    let at = first.length;
    for (const part of parts.slice(1, -1)) {
      while (at <= path.length && !fits(part, path, at)) at++;
      at += part.length;
    }
    return path.length - last.length >= at && fits(last, path, path.length - last.length);
  });
}

/** Keras' MultiOptimizer: for each variable the optimizer that the pattern of its path names. */
export class MultiOptimizer extends Optimizer {
  readonly kerasName = "MultiOptimizer";
  readonly #config: Json;
  readonly #patterns: readonly string[];
  /** An optimizer for each pattern, and last the default. */
  readonly #inner: readonly KerasOptimizer[];
  /** The place among them of each variable's, by the variable's name. */
  readonly #places: ReadonlyMap<string, number>;

  /**
   * @param config as a compile config holds it
   * @param model whose variables it changes
   * @throws LitModelError that says what does not load
   */
  constructor(config: Json, model: LayersModel) {
    super();
    const map = config.optimizer_map;
    const { default_optimizer: other, optimizer_map: given } = (
      isNode(map) && map.class_name === "OptimizerMap"
        ? map.config
        : doesNotLoad("the optimizer 'MultiOptimizer' with a function of Python, which is not executed")
    ) as Json;
    if (!isRecord(given)) doesNotLoad(`the optimizer 'MultiOptimizer' with optimizer_map=${shown(given)}`);
    this.#config = config;
    this.#patterns = Object.keys(given as Json);
    this.#inner = [...Object.values(given as Json), other].map((node) => new KerasOptimizer(node));
    this.#places = new Map([...pathsOf(model)].map(([name, path]) => [name, this.#placeOf(path)]));
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && #places in value;
  }

  #placeOf(path: string): number {
    const found = this.#patterns.includes(path)
      ? [this.#patterns.indexOf(path)]
      : this.#patterns.flatMap((pattern, i) => (matches(pattern, path) ? [i] : []));
    if (found.length > 1) doesNotLoad(`the optimizer 'MultiOptimizer' with several optimizers for '${path}'`);
    return found[0] ?? this.#patterns.length;
  }

  override getClassName(): string {
    return this.kerasName;
  }

  /** Its config as Keras writes it. */
  override getConfig(): Record<string, never> {
    const map = this.#config.optimizer_map as { readonly config: Json };
    const nodes = map.config.optimizer_map as Json;
    const configured = (node: unknown, i: number) => ({
      ...(node as Json),
      config: (this.#inner[i] as KerasOptimizer).getConfig(),
    });
    const config = {
      ...map.config,
      default_optimizer: configured(map.config.default_optimizer, this.#patterns.length),
      optimizer_map: Object.fromEntries(this.#patterns.map((pattern, i) => [pattern, configured(nodes[pattern], i)])),
    };
    return { ...this.#config, optimizer_map: { ...map, config } } as unknown as Record<string, never>;
  }

  /** What belongs to each of the optimizers. */
  #shares<T>(all: readonly T[], nameOf: (item: T) => string): T[][] {
    return this.#inner.map((_, i) => all.filter((item) => this.#places.get(nameOf(item)) === i));
  }

  override applyGradients(given: Gradients): void {
    const all = Array.isArray(given) ? given : Object.entries(given).map(([name, tensor]) => ({ name, tensor }));
    for (const [i, share] of this.#shares(all, ({ name }) => name).entries())
      if (share.length > 0) this.#inner[i]?.applyGradients(share);
    this.incrementIterations();
  }

  /** As Keras does when `fit` ends. */
  finishTraining(variables: readonly Variable[]): void {
    for (const inner of this.#inner) inner.finishTraining(variables);
  }

  /** The state in Keras' order: its own iterations and rate, which is 0, then the optimizers' one after another. */
  state(): readonly StateArray[] {
    const number = (value: Values): StateArray => ({ shape: [], data: async () => value });
    return [
      number(Int32Array.of(this.iterations)),
      number(Float32Array.of(0)),
      ...this.#inner.flatMap((inner) => inner.state()),
    ];
  }

  /** Takes a state that Keras has stored, for these variables. As in Keras, one that does not fit them is left. */
  async restore<A extends Pick<StateArray, "shape">>(
    variables: readonly Variable[],
    arrays: readonly A[],
    read: (array: A) => Promise<Values>,
  ): Promise<void> {
    const shares = this.#shares(variables, ({ name }) => name);
    for (const [i, inner] of this.#inner.entries()) inner.build(shares[i] as Variable[]);
    const state = this.state();
    if (state.length !== arrays.length || state.some(({ shape }, i) => `${shape}` !== `${arrays[i]?.shape}`))
      return this.dispose();
    this.iterations_ = (await read(arrays[0] as A))[0] as number;
    let start = 2;
    for (const [i, inner] of this.#inner.entries()) {
      const count = inner.state().length;
      await inner.restore(shares[i] as Variable[], arrays.slice(start, start + count), read);
      start += count;
    }
  }

  override dispose(): void {
    for (const inner of this.#inner) inner.dispose();
  }
}

/** The optimizer that a compile config names. @throws LitModelError that says what of it does not load */
export const loadOptimizer = (node: unknown, model: LayersModel): KerasOptimizer | MultiOptimizer =>
  isNode(node) && node.class_name === "MultiOptimizer"
    ? new MultiOptimizer(node.config, model)
    : new KerasOptimizer(node);

/** Whether an optimizer is one of Keras'. */
export const isKerasOptimizer = (optimizer: unknown): optimizer is KerasOptimizer | MultiOptimizer =>
  optimizer instanceof KerasOptimizer || optimizer instanceof MultiOptimizer;
