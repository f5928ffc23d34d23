import {
  add,
  cast,
  div,
  expandDims,
  logicalOr,
  maximum,
  minimum,
  mul,
  reshape,
  sub,
  type Tensor,
  tidy,
  where,
} from "../../tf.js";
import { KerasLayer, type Kwargs, type LayerConfig, type Shape } from "./keras-layer.js";
import { masksOf } from "./mask.js";

type Masks = readonly (Tensor | undefined)[];

/** The inputs' shapes, as float32, each of the same rank: missing axes are after the first. */
function align(inputs: readonly Tensor[]): Tensor[] {
  const rank = Math.max(...inputs.map((input) => input.rank));
  return inputs.map((input) => {
    const [batch = 1, ...rest] = input.shape;
    const missing = Array.from({ length: rank - input.rank }, () => 1);
    return reshape(cast(input, "float32"), [batch, ...missing, ...rest]);
  });
}

/** Several tensors that broadcast become one, element by element. A mask is passed on if every input has one: what any shows. */
abstract class MergeLayer extends KerasLayer {
  constructor(config: LayerConfig) {
    super(config);
    this.supportsMasking = true;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const rank = Math.max(...shapes.map(({ length }) => length));
    const batch = shapes.map(([length]) => length).find((length) => length !== null) ?? null;
    return Array.from({ length: rank }, (_, axis) => {
      if (axis === 0) return batch;
      const lengths = shapes.map((shape) => (axis - rank + shape.length > 0 ? shape[axis - rank + shape.length] : 1));
      const known = lengths.filter((length) => typeof length === "number" && length !== 1);
      if (new Set(known).size > 1) throw new Error(`shapes ${JSON.stringify(shapes)} do not broadcast`);
      return lengths.includes(null) ? null : (known[0] ?? 1);
    });
  }

  override call(inputs: Tensor | Tensor[], kwargs?: Kwargs): Tensor {
    return tidy(() => {
      const tensors = [inputs].flat();
      return this.merge(align(tensors), masksOf(tensors, kwargs));
    });
  }

  protected abstract merge(inputs: readonly Tensor[], masks: Masks): Tensor;

  override computeMask(_inputs: Tensor | Tensor[], masks?: Tensor | Tensor[]): Tensor {
    const given = [masks].flat();
    // tfjs-layers declares no null, which it takes.
    if (given.some((mask) => !mask)) return null as unknown as Tensor;
    return tidy(() => (given as Tensor[]).reduce((any, mask) => logicalOr(any, mask)).clone());
  }
}

const sum = (inputs: readonly Tensor[]): Tensor => inputs.reduce((total, input) => add(total, input));

export class Add extends MergeLayer {
  static readonly className = "Add";
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return sum(inputs);
  }
}

export class Average extends MergeLayer {
  static readonly className = "Average";
  protected override merge(inputs: readonly Tensor[]): Tensor {
    return div(sum(inputs), inputs.length);
  }
}

export class Subtract extends MergeLayer {
  static readonly className = "Subtract";

  override build(): void {
    this.inputSpec = [{}, {}];
    this.built = true;
  }

  protected override merge([first, second]: readonly Tensor[]): Tensor {
    return sub(first as Tensor, second as Tensor);
  }
}

const perValue = (mask: Tensor): Tensor => expandDims(mask, -1);

/** What a mask hides counts as 1; where every input hides it, the output is 0. */
export class Multiply extends MergeLayer {
  static readonly className = "Multiply";
  protected override merge(inputs: readonly Tensor[], masks: Masks): Tensor {
    const product = inputs
      .map((input, i) => (masks[i] ? where(perValue(masks[i]), input, 1) : input))
      .reduce((total, input) => mul(total, input));
    if (masks.some((mask) => !mask)) return product;
    return where(perValue((masks as Tensor[]).reduce((any, mask) => logicalOr(any, mask))), product, 0);
  }
}

/** What a mask hides is passed over; where every input hides it, the last one's value stands. */
const choose = (inputs: readonly Tensor[], masks: Masks, pick: (a: Tensor, b: Tensor) => Tensor): Tensor => {
  let [output, shown] = [inputs[0] as Tensor, masks[0] && perValue(masks[0])];
  for (const [i, input] of inputs.slice(1).entries()) {
    const mask = masks[i + 1] && perValue(masks[i + 1] as Tensor);
    const next = mask ? where(mask, input, output) : input;
    if (shown) output = where(shown, output, next);
    shown = mask && shown ? logicalOr(shown, mask) : undefined;
    output = pick(output, next);
  }
  return output;
};

export class Maximum extends MergeLayer {
  static readonly className = "Maximum";
  protected override merge(inputs: readonly Tensor[], masks: Masks): Tensor {
    return choose(inputs, masks, maximum);
  }
}

export class Minimum extends MergeLayer {
  static readonly className = "Minimum";
  protected override merge(inputs: readonly Tensor[], masks: Masks): Tensor {
    return choose(inputs, masks, minimum);
  }
}
