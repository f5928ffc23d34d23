import {
  add,
  cast,
  expandDims,
  logicalAnd,
  logicalNot,
  matMul,
  mul,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  where,
  zerosLike,
} from "../../../tf.js";
import { getInitializer } from "../../settings/instances.js";
import type { Kwargs, Shape, Weight } from "../keras-layer.js";
import { type AttentionConfig, AttentionLayer } from "./attention-layer.js";
import { causalMask } from "./attention-masks.js";

interface ScoredConfig extends AttentionConfig {
  readonly useScale?: boolean;
}

/** Attention without projections: scores of query [batch, queries, size] and key [batch, values, size] weigh the values. */
abstract class ScoredAttention<Config extends ScoredConfig> extends AttentionLayer<Config> {
  protected abstract score(query: Tensor, key: Tensor): Tensor;

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const { query = [], value = [], key = value } = this.named(inputShape as Shape[]);
    const output = [...query.slice(0, -1), value.at(-1) ?? null];
    return this.form.returnAttentionScores ? [output, [...query.slice(0, -1), key.at(-2) ?? null]] : output;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    return this.once(inputs, kwargs, (tensors) => {
      const { query, value, key = value } = this.named(tensors) as Readonly<Record<string, Tensor>>;
      const masks = this.#masks(tensors, kwargs);
      const scores = this.score(query as Tensor, key as Tensor);
      const weights = this.drop(softmax(this.#hide(scores, masks.value)), kwargs);
      const attended = matMul(weights, value as Tensor);
      const output = masks.query
        ? where(expandDims(cast(masks.query, "bool"), -1), attended, zerosLike(attended))
        : attended;
      return [output, weights];
    });
  }

  /** Takes 1e9 off the scores that a query does not see. */
  #hide(scores: Tensor, values: Tensor | undefined): Tensor {
    const [queries = 0, length = 0] = scores.shape.slice(-2);
    let visible = values && expandDims(cast(values, "bool"), -2);
    if (this.form.useCausalMask) {
      const causal = causalMask(queries, length);
      visible = visible ? logicalAnd(visible, causal) : causal;
    }
    return visible ? where(logicalNot(visible), sub(scores, 1e9), scores) : scores;
  }

  /** Masks that the call names stand for all those attached to the inputs. */
  #masks(inputs: Tensor[], kwargs: Kwargs): Readonly<Record<string, Tensor | undefined>> {
    const { query_mask: query, value_mask: value } = this.named(inputs);
    return query || value ? { query, value } : this.attachedMasks(inputs, kwargs);
  }

  override computeMask(inputs: Tensor | Tensor[], masks?: Tensor | Tensor[]): Tensor | Tensor[] {
    const { query_mask: query, value_mask: value } = this.named(inputs as Tensor[]);
    return query || value ? ([query ?? null, null] as Tensor[]) : super.computeMask(inputs, masks);
  }
}

interface Config extends ScoredConfig {
  /** Default `dot`. */
  readonly scoreMode?: "dot" | "concat";
}

/** Keras' Attention: the scores are dot products, or sums of tanh(query + key). */
export class Attention extends ScoredAttention<Config> {
  static readonly className = "Attention";
  #scale?: Weight;
  #concatWeight?: Weight;

  override build(inputShape: Shape | Shape[]): void {
    const add = (name: string) => this.addWeight(name, [], "float32", getInitializer("ones"));
    if (this.config.useScale) this.#scale = add("scale");
    if (this.config.scoreMode === "concat") this.#concatWeight = add("concat_score_weight");
    super.build(inputShape);
  }

  protected score(query: Tensor, key: Tensor): Tensor {
    const scaled = (x: Tensor) => (this.#scale ? mul(x, this.#scale.read()) : x);
    if (!this.#concatWeight) return scaled(matMul(query, key, false, true));
    return mul(sum(tanh(scaled(pairs(query, key))), -1), this.#concatWeight.read());
  }
}

/** Keras' AdditiveAttention: the scores are sums of scale * tanh(query + key). */
export class AdditiveAttention extends ScoredAttention<ScoredConfig> {
  static readonly className = "AdditiveAttention";
  #scale?: Weight;

  override build(inputShape: Shape | Shape[]): void {
    const size = (inputShape as Shape[])[0]?.at(-1) ?? null;
    if (this.config.useScale !== false)
      this.#scale = this.addWeight("scale", [size], "float32", getInitializer("glorotUniform"));
    super.build(inputShape);
  }

  protected score(query: Tensor, key: Tensor): Tensor {
    const summed = tanh(pairs(query, key));
    return sum(this.#scale ? mul(summed, this.#scale.read()) : summed, -1);
  }
}

/** Each query plus each key: [batch, queries, values, size]. */
const pairs = (query: Tensor, key: Tensor): Tensor => add(expandDims(query, -2), expandDims(key, -3));
