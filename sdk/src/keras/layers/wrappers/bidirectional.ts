import { add, concat, mul, notEqual, reverse, type serialization, type Tensor, tidy } from "../../../tf.js";
import { callOnce } from "../call-once.js";
import { Inner, layerOf, OuterLayer } from "../inner-layer.js";
import type { Kwargs, LayerConfig, Shape } from "../keras-layer.js";
import type { Layer } from "../layer-type.js";
import type { MaskMaker } from "../mask.js";
import { maskFor, type RecurrentLayer } from "../recurrent/apply-recurrent.js";
import type { Rnn, SequenceConfig } from "../recurrent/rnn.js";

type MergeMode = "concat" | "sum" | "ave" | "mul" | null;
type Recurrent = Rnn<SequenceConfig>;

export interface BidirectionalConfig extends LayerConfig {
  readonly layer: Recurrent;
  readonly backwardLayer: Recurrent;
  /** How both outputs become one; null: they stay two. Default `concat`. */
  readonly mergeMode?: MergeMode;
}

/**
 * Keras' Bidirectional: a recurrent layer forwards and one backwards over the same sequences, the second's outputs turned
 * round. Initial and last states are the forward layer's, then the backward layer's.
 */
export class Bidirectional extends OuterLayer<BidirectionalConfig> implements RecurrentLayer, MaskMaker {
  static readonly className = "Bidirectional";
  readonly forwardLayer: Recurrent;
  readonly backwardLayer: Recurrent;
  takesMask: boolean | undefined;
  masksStates = false;

  constructor(config: BidirectionalConfig) {
    super(config);
    this.supportsMasking = true;
    this.forwardLayer = layerOf(config.layer) as Recurrent;
    this.backwardLayer = layerOf(config.backwardLayer) as Recurrent;
    for (const layer of [this.forwardLayer, this.backwardLayer]) layer.masksStates = true;
  }

  override get inner(): ReadonlyMap<string, Layer> {
    if (!this.backwardLayer) return new Map();
    return new Map<string, Layer>([
      ["forward_layer", this.forwardLayer],
      ["backward_layer", this.backwardLayer],
    ]);
  }

  get stateGroups(): readonly number[] {
    return [[...this.forwardLayer.stateGroups, ...this.backwardLayer.stateGroups].reduce((sum, size) => sum + size, 0)];
  }

  get #mode(): MergeMode {
    const { mergeMode = "concat" } = this.config;
    return mergeMode;
  }

  override get stateful(): boolean {
    return this.forwardLayer?.stateful === true;
  }

  override resetStates(): void {
    this.forwardLayer.resetStates();
    this.backwardLayer.resetStates();
  }

  override build(inputShape: Shape | Shape[]): void {
    if (!this.forwardLayer.built) this.forwardLayer.build(inputShape);
    if (!this.backwardLayer.built) this.backwardLayer.build(inputShape);
    this.built = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapesOf = (layer: Recurrent) => {
      const shape = layer.computeOutputShape(inputShape);
      return (Array.isArray(shape[0]) ? shape : [shape]) as [Shape, ...Shape[]];
    };
    const [forward, ...forwardStates] = shapesOf(this.forwardLayer);
    const [backward, ...backwardStates] = shapesOf(this.backwardLayer);
    const width = (forward.at(-1) ?? 0) + (backward.at(-1) ?? 0);
    const outputs =
      this.#mode === null
        ? [forward, backward]
        : [this.#mode === "concat" ? [...forward.slice(0, -1), width] : forward];
    const all = [...outputs, ...forwardStates, ...backwardStates];
    return all.length === 1 ? (all[0] as Shape) : all;
  }

  override computeMask(_inputs: Tensor | Tensor[], masks?: Tensor | Tensor[]): Tensor | Tensor[] {
    const mask = this.forwardLayer.config.returnSequences ? ([masks].flat()[0] ?? null) : null;
    return (this.#mode === null ? [mask, mask] : [mask]) as Tensor[];
  }

  makeMask(inputs: readonly Tensor[]): Tensor | Tensor[] | null {
    if (!this.takesMask || !this.forwardLayer.config.returnSequences) return null;
    const mask = notEqual(inputs.at(-1) as Tensor, 0);
    return this.#mode === null ? [mask, mask] : mask;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    const tensors = [inputs].flat();
    const run = () => tidy(() => this.#run(tensors, kwargs));
    const isSingle = this.#mode !== null && !this.forwardLayer.config.returnState;
    return isSingle ? (run()[0] as Tensor) : callOnce(this, tensors, kwargs, run);
  }

  #run(inputs: Tensor[], kwargs: Kwargs): Tensor[] {
    const [sequences, ...given] = inputs as [Tensor, ...Tensor[]];
    const mask = maskFor(this, inputs, kwargs);
    if (this.takesMask) given.pop();
    const half = given.length / 2;
    const run = (layer: Recurrent, states: Tensor[]) =>
      [layer.call([sequences, ...states], { ...kwargs, mask })].flat() as [Tensor, ...Tensor[]];
    const [forward, ...forwardStates] = run(this.forwardLayer, given.slice(0, half));
    const [last, ...backwardStates] = run(this.backwardLayer, given.slice(half));
    const backward = this.forwardLayer.config.returnSequences ? reverse(last, 1) : last;
    return [...merge(forward, backward, this.#mode), ...forwardStates, ...backwardStates];
  }

  override getConfig(): serialization.ConfigDict {
    const layers = { layer: new Inner(this.forwardLayer), backwardLayer: new Inner(this.backwardLayer) };
    return { ...super.getConfig(), ...(layers as never as object) };
  }
}

function merge(forward: Tensor, backward: Tensor, mode: MergeMode): Tensor[] {
  if (mode === null) return [forward, backward];
  if (mode === "concat") return [concat([forward, backward], -1)];
  if (mode === "mul") return [mul(forward, backward)];
  const sum = add(forward, backward);
  return [mode === "ave" ? mul(sum, 0.5) : sum];
}
