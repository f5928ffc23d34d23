import { type Tensor, tidy } from "../../tf.js";
import { isRecord } from "../file/container.js";
import { callOnce } from "../layers/call-once.js";
import { KerasLayer, type Kwargs, type LayerConfig, type Shape } from "../layers/keras-layer.js";
import { zerosOf } from "./infer-shapes.js";
import { isArray, shapedArray, tensorOfArray } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";
import { OPERATION_TYPES } from "./operation-types.js";

/** In a template: the call's tensor of this number. */
interface TensorSlot {
  readonly tensor: number;
}

interface OperationConfig extends LayerConfig {
  /** Keras' class name. */
  readonly operation: string;
  /** The operands; a tensor of the call is a slot. */
  readonly operands: Operands;
  /** Which of the operands are settings of the operation, no arguments of its call. */
  readonly settings: readonly string[];
}

/** Sizes for the open axes: where the outputs differ, an axis is open. The second pair for what must be split evenly. */
const SIZES = [
  [2, 3],
  [12, 24],
] as const;

/** An operation of keras.ops (`x[:, 0:5]`, `a + b`) as a layer of a model. */
export class Operation extends KerasLayer<OperationConfig> {
  static readonly className = "KerasOperation";
  readonly type: OperationType;

  constructor(config: OperationConfig) {
    super({ ...config, trainable: false });
    this.type = OPERATION_TYPES.get(config.operation) as OperationType;
  }

  /** As Keras would print it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `<${this.config.operation} name=${this.name}, built=True>`;
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    const shapes = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as Shape[];
    const { shape } = this.type;
    if (!shape) return this.#tryOut(shapes);
    const given = shapes.map((each) => ({ shape: each }));
    return shape.call(this.type, fillSlots(this.config.operands, given, shapedArray) as Operands);
  }

  #tryOut(shapes: readonly Shape[]): Shape | Shape[] {
    const shapesFor = (size: number): Shape[] =>
      tidy(() => [this.#run(zerosOf(shapes, size))].flat().map(({ shape }) => shape));
    let failure: unknown;
    for (const [one, other] of SIZES)
      try {
        const large = shapesFor(other);
        const outputs = shapesFor(one).map((shape, i) =>
          shape.map((length, axis) => (large[i]?.[axis] === length ? length : null)),
        );
        return outputs.length === 1 ? (outputs[0] as Shape) : outputs;
      } catch (cause) {
        failure ??= cause;
        if (!shapes.some((shape) => shape.includes(null))) break;
      }
    throw failure;
  }

  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor | Tensor[] {
    const tensors = [inputs].flat();
    const outputs = callOnce(this, tensors, kwargs, () => tidy(() => [this.#run(tensors)].flat()));
    return outputs.length === 1 ? (outputs[0] as Tensor) : outputs;
  }

  #run(tensors: readonly Tensor[]): Tensor | Tensor[] {
    return this.type.run(fillSlots(this.config.operands, tensors, tensorOfArray) as Operands);
  }
}

const isSlot = (value: unknown): value is TensorSlot =>
  isRecord(value) && typeof (value as unknown as TensorSlot).tensor === "number";

/**
 * A template with the call's tensors in their places.
 * @param array what stands for an array that the config holds; default as it is there
 */
export function fillSlots(
  value: unknown,
  tensors: readonly unknown[],
  array: (value: Parameters<typeof tensorOfArray>[0]) => unknown = (given) => given,
): unknown {
  if (isSlot(value)) return tensors[value.tensor];
  if (isArray(value)) return array(value);
  if (Array.isArray(value)) return value.map((item) => fillSlots(item, tensors, array));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fillSlots(item, tensors, array)]));
}
