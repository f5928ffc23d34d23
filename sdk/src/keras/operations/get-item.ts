import { gather, reshape, slice, type Tensor, tensor1d } from "../../tf.js";
import { isNode, isRecord } from "../file/container.js";
import type { Shape } from "../layers/keras-layer.js";
import { shapeOf } from "./operands.js";
import type { OperationType } from "./operation-type.js";

/** One index of `x[…]`. */
export type ItemKey =
  | { readonly kind: "index"; readonly at: number }
  | {
      readonly kind: "slice";
      readonly start: number | null;
      readonly stop: number | null;
      readonly step: number | null;
    }
  | { readonly kind: "ellipsis" }
  | { readonly kind: "newaxis" };

/** Python's `slice.indices`: the first index, and how many there are `step` apart. */
function indices(key: ItemKey & { kind: "slice" }, length: number): { first: number; count: number; step: number } {
  const step = key.step ?? 1;
  const [least, most] = step > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: number) => Math.min(most, Math.max(least, value < 0 ? value + length : value));
  const first = key.start === null ? (step > 0 ? least : most) : clamp(key.start);
  const end = key.stop === null ? (step > 0 ? most : least) : clamp(key.stop);
  return { first, count: Math.max(0, Math.ceil((end - first) / step)), step };
}

/** Every axis' key: an ellipsis stands for as many whole axes as are missing. */
function expand(keys: readonly ItemKey[], rank: number): ItemKey[] {
  const whole: ItemKey = { kind: "slice", start: null, stop: null, step: null };
  const used = keys.filter(({ kind }) => kind === "index" || kind === "slice").length;
  const missing = Array.from({ length: Math.max(0, rank - used) }, () => whole);
  const at = keys.findIndex(({ kind }) => kind === "ellipsis");
  return at < 0 ? [...keys, ...missing] : [...keys.slice(0, at), ...missing, ...keys.slice(at + 1)];
}

/** `x[keys]` as numpy has it. */
export function getItem(input: Tensor, keys: readonly ItemKey[]): Tensor {
  const begin: number[] = [];
  const size: number[] = [];
  const shape: number[] = [];
  const gathered: { readonly axis: number; readonly at: number[] }[] = [];
  for (const key of expand(keys, input.rank)) {
    const axis = begin.length;
    const length = input.shape[axis] ?? 1;
    if (key.kind === "newaxis") shape.push(1);
    else if (key.kind === "index") {
      begin.push(key.at < 0 ? key.at + length : key.at);
      size.push(1);
    } else if (key.kind === "slice") {
      const { first, count, step } = indices(key, length);
      begin.push(step === 1 ? first : 0);
      size.push(step === 1 ? count : length);
      shape.push(count);
      if (step !== 1) gathered.push({ axis, at: Array.from({ length: count }, (_, i) => first + i * step) });
    }
  }
  let output = slice(input, begin, size);
  for (const { axis, at } of gathered) output = gather(output, tensor1d(at, "int32"), axis);
  return reshape(output, shape);
}

/** The shape of `x[keys]`. A slice of an open axis is open. */
function itemShape(shape: Shape, keys: readonly ItemKey[]): Shape {
  const lengths = [...shape];
  const taken = expand(keys, shape.length).flatMap((key): Shape => {
    if (key.kind === "newaxis") return [1];
    const length = lengths.shift();
    if (length === undefined) throw new Error(`takes more indices than the ${shape.length} axes`);
    if (key.kind === "slice") return [length === null ? null : indices(key, length).count];
    if (key.kind === "index" && length !== null && (key.at < -length || key.at >= length))
      throw new Error(`takes the index ${key.at} of an axis of ${length}`);
    return [];
  });
  return [...taken, ...lengths];
}

/** `x[key]` with indices, slices, ellipsis and new axes. */
export const GET_ITEM: OperationType = {
  className: "GetItem",
  module: "keras.src.ops.numpy",
  parameters: ["x", "key"],
  load: ({ x, key }) => ({ x, key: (Array.isArray(key) ? key : [key]).map(itemKey) }),
  save: ({ x, key }) => ({ x, key: (key as ItemKey[]).map(writtenKey) }),
  shape: ({ x, key }) => itemShape(shapeOf(x), key as ItemKey[]),
  run: ({ x, key }) => getItem(x as Tensor, key as ItemKey[]),
};

function itemKey(item: unknown): ItemKey {
  const isBound = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);
  if (item === null) return { kind: "newaxis" };
  if (typeof item === "number" && Number.isSafeInteger(item)) return { kind: "index", at: item };
  if (isRecord(item) && /ellipsis/i.test(String(item.class_name))) return { kind: "ellipsis" };
  if (isNode(item) && item.class_name === "__slice__") {
    const { start = null, stop = null, step = null } = item.config;
    if (isBound(start) && isBound(stop) && isBound(step) && step !== 0) return { kind: "slice", start, stop, step };
  }
  throw new Error(`takes ${JSON.stringify(item)?.slice(0, 80)}, expected an index, a slice, an ellipsis or None`);
}

function writtenKey(key: ItemKey): unknown {
  if (key.kind === "newaxis") return null;
  if (key.kind === "index") return key.at;
  if (key.kind === "ellipsis") return { class_name: "__ellipsis__", config: {} };
  return { class_name: "__slice__", config: { start: key.start, stop: key.stop, step: key.step } };
}
