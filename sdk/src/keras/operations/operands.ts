import { cast, type DataType, Tensor, tensor } from "../../tf.js";
import { isNode, type KerasNode } from "../file/container.js";
import type { Shape } from "../layers/keras-layer.js";

/** A tensor, or one of which only the shape is known. */
interface Shaped {
  readonly shape: Shape;
}

interface Values {
  readonly shape: number[];
  readonly dtype: DataType;
  readonly values: Float32Array | Int32Array | Uint8Array;
}

/** An array that Keras has written into a config. */
export const isArray = (value: unknown): value is KerasNode =>
  isNode(value) && (value.class_name === "__numpy__" || value.class_name === "__tensor__");

/** The type here of numpy's type; throws if there is none. */
export function typeOf(name: unknown): DataType {
  if (name === "bool") return "bool";
  if (typeof name === "string" && /^b?float(16|32|64)$/.test(name)) return "float32";
  if (typeof name === "string" && /^u?int(8|16|32|64)$/.test(name)) return "int32";
  throw new Error(`has the dtype ${JSON.stringify(name)?.slice(0, 80)}, which does not load`);
}

function shapeOfList(list: unknown): number[] {
  if (!Array.isArray(list)) return [];
  return [list.length, ...shapeOfList(list[0])];
}

/** The numbers of nested lists; throws if they are not of one shape. */
function flatten(list: unknown, shape: readonly number[], into: number[]): number[] {
  const [length, ...inner] = shape;
  if (length === undefined) {
    if (typeof list !== "number" && typeof list !== "boolean")
      throw new Error(`takes ${JSON.stringify(list)?.slice(0, 80)}, expected a tensor or numbers`);
    into.push(Number(list));
  } else {
    if (!Array.isArray(list) || list.length !== length) throw new Error("takes lists of different lengths");
    for (const item of list) flatten(item, inner, into);
  }
  return into;
}

const INT32 = 2 ** 31;
const isInt32 = (value: number): boolean => Number.isInteger(value) && value >= -INT32 && value < INT32;

function valuesOf(list: unknown, dtype: DataType | undefined): Values {
  const shape = shapeOfList(list);
  const numbers = flatten(list, shape, []);
  const type = dtype ?? (numbers.every(isInt32) ? "int32" : "float32");
  if (type === "int32" && !numbers.every(isInt32)) throw new Error("takes whole numbers that do not fit into 32 bits");
  const values = type === "float32" ? Float32Array : type === "int32" ? Int32Array : Uint8Array;
  return { shape, dtype: type, values: values.from(numbers) };
}

const ARRAYS = new WeakMap<object, Values>();

/** The values of an array in a config, which stays as it is there. */
function arrayValues(array: KerasNode): Values {
  const known = ARRAYS.get(array);
  if (known) return known;
  const { value, dtype } = array.config;
  const values = valuesOf(value, typeOf(dtype ?? "float32"));
  ARRAYS.set(array, values);
  return values;
}

export function tensorOfArray(array: KerasNode): Tensor {
  const { values, shape, dtype } = arrayValues(array);
  return tensor(values, shape, dtype as "float32");
}

/** What is known of an array before the model runs: its values too. */
export const shapedArray = (array: KerasNode): Shaped & Pick<Values, "values"> => arrayValues(array);

/** An operand as a tensor. Numbers and lists of them are whole as far as they can be: then they take the other operand's type. */
export function tensorOf(value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  if (typeof value === "boolean") return tensor(value, [], "bool");
  const { values, shape, dtype } = valuesOf(value, undefined);
  return tensor(values, shape, dtype as "float32");
}

/** An operand as a float32 tensor. */
export const floatOf = (value: unknown): Tensor => cast(tensorOf(value), "float32");

/** An operand as a bool tensor: what is not 0 is true. */
export const boolOf = (value: unknown): Tensor => cast(tensorOf(value), "bool");

export const tensorsOf = (values: unknown): Tensor[] => {
  if (values instanceof Tensor || !Array.isArray(values)) throw new Error("takes a list of tensors");
  return values.map(tensorOf);
};

/** The shape of an operand. */
export function shapeOf(value: unknown): Shape {
  if (typeof value === "object" && value !== null && "shape" in value) return (value as Shaped).shape;
  if (typeof value === "string")
    throw new Error(`takes ${JSON.stringify(value.slice(0, 80))}, expected a tensor or numbers`);
  return shapeOfList(value);
}

const ORDER: readonly DataType[] = ["bool", "int32", "float32"];

/** Tensors as their common type. */
export function alike(tensors: readonly Tensor[]): Tensor[] {
  const dtype = ORDER[Math.max(...tensors.map((each) => ORDER.indexOf(each.dtype)))] ?? "float32";
  return tensors.map((each) => cast(each, dtype));
}

/** A whole number that a setting holds. */
export function whole(value: unknown, name: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new Error(`has ${name}=${JSON.stringify(value)?.slice(0, 80)}, expected a whole number`);
}

/** A whole number, or a list of them, as a list. */
export const wholes = (value: unknown, name: string): number[] =>
  (Array.isArray(value) ? value : [value]).map((item) => whole(item, name));

export function numberOf(value: unknown, name: string): number {
  if (typeof value === "number") return value;
  throw new Error(`has ${name}=${JSON.stringify(value)?.slice(0, 80)}, expected a number`);
}

/** The position of an axis that may count from the end. */
export function axisOf(value: unknown, rank: number, name = "axis"): number {
  const axis = whole(value, name);
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new Error(`has ${name}=${axis}, which a tensor of ${rank} axes has not`);
}

/** The positions of one axis, of several, or, for null, of all. */
export const axesOf = (value: unknown, rank: number, name = "axis"): number[] =>
  value === null || value === undefined
    ? Array.from({ length: rank }, (_, axis) => axis)
    : wholes(value, name).map((axis) => axisOf(axis, rank, name));

/** The shape of what is broadcast together; where a length is open it is, unless another says it. */
export function broadcastShape(shapes: readonly Shape[]): Shape {
  const rank = Math.max(0, ...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length]).filter((each) => each !== undefined);
    const long = lengths.filter((each): each is number => each !== null && each !== 1);
    if (long.some((each) => each !== long[0]))
      throw new Error(
        `takes shapes that do not fit together: ${shapes.map((each) => `[${each.join(", ")}]`).join(", ")}`,
      );
    return long[0] ?? (lengths.includes(null) ? null : 1);
  });
}
