import { sizeOf } from "../../../tensors/size-of.js";
import {
  add,
  expandDims,
  matMul,
  mul,
  reshape,
  sigmoid,
  softmax,
  type Tensor,
  transpose,
  where,
  zerosLike,
} from "../../../tf.js";
import { getConstraint, getInitializer, getRegularizer } from "../../settings/instances.js";
import type { Kwargs, Shape, Weight } from "../keras-layer.js";
import { type AttentionConfig, AttentionLayer } from "./attention-layer.js";
import { allOf, causalMask, FUSED_HIDDEN, windowMask } from "./attention-masks.js";

export interface HeadsConfig extends AttentionConfig {
  readonly useBias?: boolean;
  /** Multiplies each head's output by a sigmoid of the query. */
  readonly useGate?: boolean;
  /** How far a query sees, in positions. */
  readonly slidingWindow?: number | null;
  /** Whether a query that sees nothing weighs all values alike, as in tf_keras; in Keras 3 its weights may be 0. */
  readonly weighsHidden?: boolean;
}

interface Projection {
  readonly kernel: Weight;
  readonly bias?: Weight;
}

/** The shapes of a layer's heads. */
export interface HeadSizes {
  readonly heads: number;
  /** The heads of key and value, each shared by as many of the query's as there are more of those. */
  readonly sharedHeads: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly output: readonly number[];
}

type Part = "query" | "key" | "gate" | "value" | "output";

/** What stands for a hidden score before Keras' Softmax, which then gives it weight 0. */
const HIDDEN = -1e9;

/** Attention of several heads: query, key and value are projected for each, its outputs together to the layer's. */
export abstract class HeadsAttention<Config extends HeadsConfig> extends AttentionLayer<Config> {
  readonly #projections = new Map<Part, Projection>();

  /** The parts that have weights, in the weights' order. */
  get parts(): readonly Part[] {
    return this.config.useGate ? ["query", "key", "gate", "value", "output"] : ["query", "key", "value", "output"];
  }

  /** The sizes for a query with so many features. */
  protected abstract sizes(features: number): HeadSizes;

  /** The axes along which positions attend to each other, of a projected query of this rank. */
  protected abstract attentionAxes(rank: number): readonly number[];

  /** The mask of the query that hides its positions' scores. */
  protected abstract queryMask(given: Tensor | undefined, attached: Tensor | undefined): Tensor | undefined;

  override build(inputShape: Shape | Shape[]): void {
    const shapes = this.named(inputShape as Shape[]);
    const { query = [], value = [], key = value } = shapes;
    const features = (shape: Shape) => shape.at(-1) as number;
    const { heads, sharedHeads, keySize, valueSize, output } = this.sizes(features(query));
    const kernels: Readonly<Record<Part, readonly number[]>> = {
      query: [features(query), heads, keySize],
      key: [features(key), sharedHeads, keySize],
      gate: [features(query), heads, valueSize],
      value: [features(value), sharedHeads, valueSize],
      output: [heads, valueSize, ...output],
    };
    for (const part of this.parts) {
      const kernel = kernels[part];
      this.#projections.set(part, {
        kernel: this.#add(part, "kernel", kernel),
        ...(this.config.useBias !== false && {
          bias: this.#add(part, "bias", part === "output" ? output : kernel.slice(1)),
        }),
      });
    }
    super.build(inputShape);
  }

  #add(part: Part, kind: "kernel" | "bias", shape: readonly number[]): Weight {
    const config = this.config as Readonly<Record<string, unknown>>;
    return this.addWeight(
      `${part}_${kind}`,
      [...shape],
      "float32",
      getInitializer(config[`${kind}Initializer`] ?? (kind === "kernel" ? "glorotUniform" : "zeros")),
      getRegularizer(config[`${kind}Regularizer`]) ?? undefined,
      true,
      getConstraint(config[`${kind}Constraint`]) ?? undefined,
    );
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapes = this.named(inputShape as Shape[]);
    const { query = [], value = [], key = value } = shapes;
    const { heads, output } = this.sizes(query.at(-1) as number);
    const given = [...query.slice(0, -1), ...output];
    if (!this.form.returnAttentionScores) return given;
    const axes = this.attentionAxes(query.length + 1);
    const free = query.slice(0, -1).filter((_, i) => !axes.includes(i));
    const along = (shape: Shape) => axes.map((axis) => shape[axis] ?? null);
    return [given, [...free, heads, ...along(query), ...along(key)]];
  }

  /** Within a tidy. */
  protected attend(inputs: Tensor[], kwargs: Kwargs): [Tensor, Tensor] {
    const given = this.named(inputs);
    const { query, value, key = value } = given as Readonly<Record<string, Tensor>>;
    const [q, k, v] = [this.#project("query", query), this.#project("key", key), this.#project("value", value)];
    const mask = this.#mask(given, this.attachedMasks(inputs, kwargs));
    const [attended, weights] = this.#attend(q, k, v, mask, kwargs);
    const gated = this.config.useGate ? mul(attended, sigmoid(this.#project("gate", query))) : attended;
    return [this.#project("output", gated, 2), weights];
  }

  /** Multiplies the last `bound` axes with those of a kernel. */
  #project(part: Part, x: Tensor | undefined, bound = 1): Tensor {
    const { kernel, bias } = this.#projections.get(part) as Projection;
    const { shape } = x as Tensor;
    const [free, inner] = [shape.slice(0, -bound), shape.slice(-bound)];
    const size = sizeOf(inner);
    const rows = reshape(x as Tensor, [-1, size]);
    const projected = matMul(rows, reshape(kernel.read(), [size, -1]) as never) as Tensor;
    const spread = reshape(projected, [...free, ...(kernel.shape.slice(bound) as number[])]);
    return bias ? add(spread, bias.read()) : spread;
  }

  /** True where a query may see a value: [batch, queries, values] or what an attention mask adds to that. */
  #mask(given: Readonly<Record<string, Tensor | undefined>>, attached: typeof given): Tensor | undefined {
    const query = this.queryMask(given.query_mask, attached.query);
    const [value, key] = [given.value_mask ?? attached.value, given.key_mask ?? attached.key];
    const [queries = 0, values = 0] = [given.query?.shape[1], given.value?.shape[1]];
    const { slidingWindow } = this.config;
    return allOf([
      query && expandDims(query, -1),
      value && expandDims(value, -2),
      key && expandDims(key, -2),
      this.form.useCausalMask ? causalMask(queries, values) : undefined,
      typeof slidingWindow === "number" ? windowMask(queries, values, slidingWindow) : undefined,
      given.attention_mask,
    ]);
  }

  /** Each head's output, shaped as the query, and the weights [batch, …, heads, queries…, values…]. */
  #attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | undefined, kwargs: Kwargs): [Tensor, Tensor] {
    const { rank } = q;
    const axes = this.attentionAxes(rank);
    const batch = Array.from({ length: rank - 1 }, (_, i) => i).filter((i) => !axes.includes(i));
    const order = [...batch, ...axes, rank - 1];
    const lengths = ({ shape }: Tensor, of: readonly number[]) => of.map((axis) => shape[axis] as number);
    const [queries, values, size] = [lengths(q, axes), lengths(k, axes), q.shape.at(-1) as number];
    // A shared head sees the queries of all heads that share it as one.
    const groups = sizeOf(lengths(k, batch));
    const rows = (x: Tensor) => reshape(transpose(x, order), [groups, -1, x.shape.at(-1) as number]);
    const scores = matMul(rows(mul(q, 1 / Math.sqrt(size))), rows(k), false, true);
    const shape = [...lengths(q, batch), ...queries, ...values];
    const weights = this.#weigh(reshape(scores, shape), mask, axes.length, sizeOf(values));
    const dropped = reshape(this.drop(weights, kwargs), scores.shape);
    const attended = reshape(matMul(dropped, rows(v)), [...lengths(q, batch), ...queries, v.shape.at(-1) as number]);
    return [
      transpose(
        attended,
        order.map((_, i) => order.indexOf(i)),
      ),
      weights,
    ];
  }

  /** The softmax of scores over the last `axes` axes. */
  #weigh(scores: Tensor, mask: Tensor | undefined, axes: number, values: number): Tensor {
    const { dropout = 0, weighsHidden } = this.config;
    const isFused = weighsHidden || (scores.rank === 4 && dropout === 0 && !this.form.returnAttentionScores);
    let visible = mask;
    while (visible && visible.rank < scores.rank) visible = expandDims(visible, -2 * axes - 1);
    const seen = visible ? where(visible, scores, isFused ? FUSED_HIDDEN : HIDDEN) : scores;
    const rows = reshape(seen, [...scores.shape.slice(0, scores.rank - axes), values]);
    const weights = reshape(softmax(rows), scores.shape);
    return visible && !isFused ? where(visible, weights, zerosLike(weights)) : weights;
  }
}
