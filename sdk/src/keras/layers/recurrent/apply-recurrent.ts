import type { SymbolicTensor, Tensor } from "../../../tf.js";
import { isTensor } from "../../calls.js";
import { refuse, type Where } from "../../settings/setting.js";
import type { Kwargs } from "../keras-layer.js";
import type { Arguments, Layer } from "../layer-type.js";
import { masksOf } from "../mask.js";

/** A recurrent layer or a wrapper of some: what it was called with beside the sequences. */
export interface RecurrentLayer extends Layer {
  /** Whether the last of a call's tensors is a mask, in every call; unknown before the first. */
  takesMask: boolean | undefined;
  /** Whether a mask of the sequences counts where a call has initial states, too: in Keras 2, not in Keras 3. */
  masksStates: boolean;
  /** How many states it has, by the lists that Keras has them in. */
  readonly stateGroups: readonly number[];
}

export const RECURRENT_PARAMETERS = ["sequences", "initial_state", "mask", "training"];

const flat = (value: unknown): unknown[] =>
  value === null || value === undefined ? [] : [value].flat(Number.POSITIVE_INFINITY);

/** Calls a layer with sequences, initial states and a mask. Keras 2 wrote the states behind the sequences. */
export function applyRecurrent(layer: Layer, given: Arguments, where: Where): SymbolicTensor | SymbolicTensor[] {
  const recurrent = layer as RecurrentLayer;
  const { sequences, initial_state, mask, training, ...others } = given;
  for (const [name, value] of Object.entries({ ...others, ...(training === true && { training }) }))
    if (value !== null && value !== undefined) refuse(where, `is called with '${name}', which does not load`);
  const tensors = [...flat(sequences), ...flat(initial_state)];
  const count = recurrent.stateGroups.reduce((sum, size) => sum + size, 0);
  if (!tensors.every(isTensor)) return refuse(where, "is called with an initial state that is no tensor");
  if (tensors.length !== 1 && tensors.length !== 1 + count)
    return refuse(where, `is called with ${tensors.length - 1} initial states, expected ${count}`);
  const takesMask = isTensor(mask);
  if (mask && !takesMask) return refuse(where, "is called with a mask that is no tensor");
  if (takesMask !== (recurrent.takesMask ?? takesMask))
    return refuse(where, "is called with a mask and without one, which does not load");
  recurrent.takesMask = takesMask;
  recurrent.masksStates = where.major === 2;
  if (takesMask) tensors.push(mask);
  return layer.apply(tensors.length === 1 ? (tensors[0] as SymbolicTensor) : tensors) as
    | SymbolicTensor
    | SymbolicTensor[];
}

/** The mask of a call's tensors: the last of them, or what is attached to the sequences. */
export function maskFor(
  { takesMask, masksStates }: RecurrentLayer,
  inputs: Tensor[],
  kwargs: Kwargs,
): Tensor | undefined {
  if (takesMask) return inputs.at(-1);
  return inputs.length === 1 || masksStates ? masksOf(inputs, kwargs)[0] : undefined;
}

/** What `applyRecurrent` was given. */
export function givenRecurrent(layer: Layer, inputs: readonly SymbolicTensor[]): Arguments {
  // A layer of tfjs-layers' own has neither.
  const { takesMask, stateGroups = [inputs.length] } = layer as Partial<RecurrentLayer>;
  const [sequences, ...rest] = inputs;
  const mask = takesMask ? rest.pop() : undefined;
  if (rest.length === 0) return { sequences, ...(mask && { mask }) };
  const groups = stateGroups.map((size) => rest.splice(0, size));
  return { sequences, initial_state: groups.length === 1 ? groups[0] : groups, ...(mask && { mask }) };
}
