import { dropout, type Tensor, tidy } from "../../../tf.js";
import { refuse, type Where } from "../../settings/setting.js";
import { callOnce } from "../call-once.js";
import { KerasLayer, type Kwargs, type LayerConfig, type Shape } from "../keras-layer.js";
import { masksOf } from "../mask.js";

/** How an attention layer is called; all its calls are alike. */
interface CallForm {
  /** What each of its inputs is: `query`, `value`, `key`, `attention_mask`, … */
  readonly names: readonly string[];
  readonly returnAttentionScores: boolean;
  readonly useCausalMask: boolean;
}

export interface AttentionConfig {
  /** Default: the inputs are query, value and key, the output comes alone, nothing is hidden. */
  readonly callForm?: CallForm;
  /** The rate of dropout of the attention's weights in training. */
  readonly dropout?: number;
  readonly seed?: number | null;
}

type Named<T> = Readonly<Record<string, T | undefined>>;

/** A layer that is called with several tensors by name, and may give its attention's weights beside its output. */
export abstract class AttentionLayer<Config extends AttentionConfig> extends KerasLayer<Config> {
  #form: CallForm | undefined;

  constructor(config: Config & LayerConfig) {
    super(config);
    this.supportsMasking = true;
    this.#form = config.callForm;
  }

  get form(): CallForm {
    return this.#form ?? { names: ["query", "value", "key"], returnAttentionScores: false, useCausalMask: false };
  }

  /** Says how it is called. @throws LitModelError if other calls differ */
  setForm(form: CallForm, where: Where): void {
    this.#form ??= form;
    if (JSON.stringify(this.#form) !== JSON.stringify(form))
      refuse(where, "is called with other arguments in one place than in another, which does not load");
  }

  override getConfig() {
    return { ...super.getConfig(), callForm: this.form as never };
  }

  /** Its inputs, or their shapes, by name. */
  protected named<T extends Tensor | Shape>(inputs: readonly T[]): Named<T> {
    return Object.fromEntries(inputs.map((input, i) => [this.form.names[i] as string, input]));
  }

  /** The masks attached to its inputs, by the inputs' names. */
  protected attachedMasks(inputs: Tensor[], kwargs: Kwargs): Named<Tensor> {
    return Object.fromEntries(masksOf(inputs, kwargs).map((mask, i) => [this.form.names[i] as string, mask]));
  }

  /** What `run` gives: its output, and the weights if the layer is called so. */
  protected once(
    inputs: Tensor | Tensor[],
    kwargs: Kwargs,
    run: (inputs: Tensor[]) => [Tensor, Tensor],
  ): Tensor | Tensor[] {
    const tensors = [inputs].flat();
    if (this.form.returnAttentionScores) return callOnce(this, tensors, kwargs, () => tidy(() => run(tensors)));
    return tidy(() => run(tensors)[0]);
  }

  protected drop(weights: Tensor, { training }: Kwargs): Tensor {
    const { dropout: rate = 0, seed } = this.config;
    return training === true && rate > 0 ? dropout(weights, rate, undefined, seed ?? undefined) : weights;
  }

  // The weights have no mask.
  override computeMask(_: Tensor | Tensor[], masks?: Tensor | Tensor[]): Tensor | Tensor[] {
    const [mask = null] = [masks].flat();
    return [mask, null] as Tensor[];
  }
}
