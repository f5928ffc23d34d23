import type { SymbolicTensor } from "../tf.js";
import { isNode, isRecord } from "./file/container.js";
import type { Arguments, Layer, LayerType } from "./layers/layer-type.js";
import { refuse, type Where } from "./settings/setting.js";

/** A reference to a layer's output: its name, the call's number, the output's number. */
export type TensorRef = readonly [layer: string, call: number, output: number];

/** A call of a layer: its arguments by position and by name, with tensors in the places of references. */
export interface Call {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

const isRef = (value: unknown): value is TensorRef =>
  Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number" && typeof value[2] === "number";

/**
 * How a model's inputs or outputs were given: one reference, a list or a record of them. A record's are in the order of
 * their keys, as in Keras.
 * @param place gives what stands for each reference, in order
 */
export function mapRefs(value: unknown, place: (ref: TensorRef) => unknown): unknown {
  if (isRef(value)) return place(value);
  if (Array.isArray(value)) return value.map((item) => mapRefs(item, place));
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, mapRefs(value[key], place)]),
  );
}

/**
 * A call as Keras 3 writes it, `{ args, kwargs }`, or Keras 2, `[[layer, call, output, kwargs], …]`.
 * @param find gives the tensor of a reference; undefined if it is not there yet
 * @returns undefined if one of its tensors is not there yet
 */
export function resolveCall(node: unknown, find: (ref: TensorRef) => SymbolicTensor | undefined): Call | undefined {
  let isMissing = false;
  const tensor = (ref: TensorRef): SymbolicTensor | undefined => {
    const found = find(ref);
    if (!found) isMissing = true;
    return found;
  };
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve);
    if (!isRecord(value)) return value;
    const history = isNode(value) && value.class_name === "__keras_tensor__" ? value.config.keras_history : undefined;
    if (isRef(history)) return tensor(history);
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
  };
  const resolveLegacy = (value: unknown): unknown => {
    if (isRef(value)) return tensor(value);
    return Array.isArray(value) && value.length > 0 && value.every((item) => isRef(item))
      ? value.map(resolveLegacy)
      : value;
  };
  let call: Call;
  if (isRecord(node)) {
    const { args = [], kwargs = {} } = node;
    if (!Array.isArray(args) || !isRecord(kwargs)) throw new Error("its call has no list of args, or no kwargs");
    call = { args: resolve(args) as unknown[], kwargs: resolve(kwargs) as Call["kwargs"] };
  } else {
    const refs: readonly (readonly unknown[])[] = isRef(node) ? [node] : Array.isArray(node) ? node : [];
    if (!refs.every((ref) => Array.isArray(ref))) throw new Error("its call is no list of references to tensors");
    // TFOpLambda writes a number as ["_CONSTANT_VALUE", -1, number].
    const tensors = refs.map((ref) => (!isRef(ref) ? ref : ref[0] === "_CONSTANT_VALUE" ? ref[2] : tensor(ref)));
    const given = refs.map((ref) => ref[3]).find((item) => isRecord(item) && Object.keys(item).length > 0) ?? {};
    const kwargs = Object.entries(given as object).map(([key, value]) => [key, resolveLegacy(value)]);
    call = { args: [tensors.length === 1 ? tensors[0] : tensors], kwargs: Object.fromEntries(kwargs) };
  }
  return isMissing ? undefined : call;
}

/** The call's arguments under their names. @throws LitModelError for one more than there are names */
export function bind({ args, kwargs }: Call, parameters: readonly string[], where: Where): Arguments {
  if (args.length > parameters.length)
    return refuse(where, `is called with ${args.length} arguments, expected at most ${parameters.join(", ")}`);
  return { ...Object.fromEntries(args.map((value, i) => [parameters[i], value])), ...kwargs };
}

export const isTensor = (value: unknown): value is SymbolicTensor =>
  typeof value === "object" && value !== null && "sourceLayer" in value;

/** What a value holds, one by one: a record's values in the order of their keys. */
export function flatten(value: unknown): unknown[] {
  if (Array.isArray(value)) return value.flatMap(flatten);
  if (isTensor(value) || !isRecord(value)) return [value];
  return Object.keys(value)
    .sort()
    .flatMap((key) => flatten(value[key]));
}

/** What a call's argument says that is not what it says by default: everything but null, and `training` false. */
const isGiven = ([name, value]: readonly [string, unknown]): boolean =>
  value !== null && value !== undefined && !(name === "training" && value === false);

/** Calls a layer with tensors and nothing else. @throws LitModelError for any other argument */
export function applyToInputs(layer: Layer, given: Arguments, where: Where): SymbolicTensor | SymbolicTensor[] {
  const [first, ...others] = Object.entries(given).filter(isGiven);
  const tensors = first?.[1];
  if (others.length > 0)
    refuse(where, `is called with ${others.map(([name]) => `'${name}'`).join(", ")}, which does not load`);
  if (isTensor(tensors) || (Array.isArray(tensors) && tensors.length > 0 && tensors.every(isTensor)))
    return layer.apply(tensors) as SymbolicTensor | SymbolicTensor[];
  return refuse(where, "is called with no tensor");
}

/** Calls a layer of a type. */
export function applyLayer(type: LayerType, layer: Layer, call: Call, where: Where): SymbolicTensor[] {
  const given = bind(call, type.parameters ?? ["inputs"], where);
  return [(type.apply ?? applyToInputs)(layer, given, where)].flat();
}
