import { LitError, LitModelError } from "../../errors.js";
import { cast, clone, LayersModel, layers, type SymbolicTensor, Tensor, tidy } from "../../tf.js";
import type { Regularizer } from "../settings/instances.js";
import { addActivityPenalty, countsPenalties } from "./activity-penalty.js";
import { callOnce } from "./call-once.js";
import { callModel, carry } from "./carry.js";
import type { Kwargs } from "./keras-layer.js";
import { type MaskMaker, maskOf, masksOf, withMask } from "./mask.js";
import { type LossFunction, masked } from "./masked-loss.js";
import { noteRepeats, repeatInputs } from "./repeated-inputs.js";

type Many<T> = T | T[];
type Masks = (Tensor | undefined)[];

/** A layer with what tfjs-layers keeps to itself. */
type Layer = Omit<layers.Layer, "activityRegularizer"> & { activityRegularizer: Regularizer | null };
type Apply = (this: Layer, inputs: Many<Tensor> | Many<SymbolicTensor>, kwargs?: Kwargs) => Many<Tensor>;
interface Container {
  readonly layers: layers.Layer[];
  readonly outputs: readonly SymbolicTensor[];
  call(inputs: Many<Tensor>, kwargs?: Kwargs): Many<Tensor>;
  calculateLosses(): Tensor[];
}
interface Model {
  lossFunctions: LossFunction[];
  metricsTensors: [LossFunction, number][];
  compile(args: object): void;
}

const isConcrete = (inputs: Many<Tensor> | Many<SymbolicTensor>): inputs is Many<Tensor> =>
  [inputs].flat().every((input) => input instanceof Tensor);

const applyAsKeras = (apply: Apply): Apply =>
  function (inputs, kwargs = {}) {
    const regularizer = this.activityRegularizer;
    // tfjs-layers' `apply` throws for a layer that has one.
    this.activityRegularizer = null;
    try {
      if (!isConcrete(inputs)) {
        const outputs = apply.call(this, inputs, kwargs);
        noteRepeats(this as layers.Layer, [inputs].flat(), [outputs].flat() as unknown as SymbolicTensor[]);
        return outputs;
      }
      const tensors = repeatInputs(this as layers.Layer, [inputs].flat());
      const masks = masksOf(tensors, kwargs);
      const made = (this as Partial<MaskMaker>).makeMask?.(tensors);
      const [mask] = masks;
      const given = Array.isArray(inputs) ? tensors : inputs;
      const outputs = apply.call(this, given, mask ? { mask, ...kwargs } : kwargs);
      const isPassing = this.supportsMasking && masks.some((given) => given);
      const passed = made ?? (isPassing ? this.computeMask(tensors, masks as Tensor[]) : null);
      if (regularizer && countsPenalties(kwargs.training === true))
        addActivityPenalty(this as layers.Layer, regularizer, [outputs].flat());
      return passed ? attach([outputs].flat(), [passed].flat()) : outputs;
    } catch (cause) {
      if (!isConcrete(inputs) || cause instanceof LitError) throw cause;
      throw new LitModelError(`layer '${this.name}' (${this.getClassName()}): ${(cause as Error).message}`, { cause });
    } finally {
      this.activityRegularizer = regularizer;
    }
  };

/** Gives outputs their masks. */
function attach(outputs: readonly Tensor[], masks: Masks): Many<Tensor> {
  const given = outputs.map((output, i) => {
    const mask = masks[i];
    if (!mask || output.isDisposed || maskOf(output)) return output;
    // The executor makes float32 of what a layer gives, and would lose the mask.
    const found = cast(output, "float32");
    carry(mask, (tensor) => withMask(found, tensor));
    return found;
  });
  return given.length === 1 ? (given[0] as Tensor) : given;
}

let installed = false;

/**
 * Corrects how tfjs-layers calls layers: masks travel with the tensors (see mask.ts), activity regularizers count, and
 * losses heed an output's mask. Models that have none of these are as before.
 */
export function installMasks(): void {
  if (installed) return;
  installed = true;
  const layer = layers.Layer.prototype as unknown as { apply: Apply };
  layer.apply = applyAsKeras(layer.apply);

  const container = Object.getPrototypeOf(LayersModel.prototype) as Container;
  const { call } = container;
  container.call = function (inputs, { mask, ...kwargs } = {}) {
    const tensors = [inputs].flat();
    const masks = masksOf(tensors, { mask });
    const given = mask ? tensors.map((input, i) => withMask(clone(input), masks[i])) : tensors;
    const run = () => callModel(() => [call.call(this, given, kwargs)].flat());
    const outputs = this.outputs.length > 1 ? callOnce(this as never, tensors, kwargs, run) : run();
    return outputs.length === 1 ? (outputs[0] as Tensor) : outputs;
  };
  // Once for each layer; tfjs-layers: once for each of its calls.
  container.calculateLosses = function () {
    return tidy(() => this.layers.flatMap((inner): Tensor[] => inner.calculateLosses()));
  };

  const model = LayersModel.prototype as unknown as Model;
  const { compile } = model;
  model.compile = function (args) {
    compile.call(this, args);
    this.lossFunctions = this.lossFunctions.map(masked);
    // The first are the outputs' losses, if there are several. Keras' metrics heed a mask with sample weights only.
    const count = this.lossFunctions.length > 1 ? this.lossFunctions.length : 0;
    this.metricsTensors = this.metricsTensors.map(([metric, output], i) => [
      i < count ? masked(metric) : metric,
      output,
    ]);
  };
}
