import { sizeOf } from "../../tensors/size-of.js";
import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import type { Shape } from "../layers/keras-layer.js";
import { CORE, NUMPY } from "./elementwise.js";
import {
  alike,
  axesOf,
  axisOf,
  broadcastShape,
  numberOf,
  shapeOf,
  tensorOf,
  tensorsOf,
  whole,
  wholes,
} from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

/** An operation that moves the values of x about. */
export const moving = (
  className: string,
  run: (x: Tensor, settings: Operands) => Tensor | Tensor[],
  settings: Operands = {},
  parameters: readonly string[] = ["x"],
): OperationType => ({
  className,
  module: NUMPY,
  parameters,
  settings,
  run: (operands) => run(tensorOf(operands[parameters[0] as string]), operands),
});

/** An operation that joins a list of tensors. */
const joining = (
  className: string,
  run: (tensors: Tensor[], settings: Operands) => Tensor,
  settings: Operands = {},
  parameter = "xs",
): OperationType => ({
  className,
  module: NUMPY,
  parameters: [parameter],
  settings,
  run: (operands) => {
    const given = operands[parameter];
    return run(alike(given instanceof tf.Tensor ? tf.unstack(given) : tensorsOf(given)), operands);
  },
});

/** Parts that an operation may give: a layer of the model each. */
const PARTS = 10_000;

function partsOf(value: unknown, name: string): number {
  const count = whole(value, name);
  if (count >= 0 && count <= PARTS) return count;
  throw new Error(`has ${name}=${count}, expected at most ${PARTS}`);
}

const plus = (length: number | null, more: number): number | null => (length === null ? null : length + more);

/** A product of lengths that may be open. */
const times = (length: number | null, by: number): number | null => (length === null ? null : length * by);

/** A shape with one length that is what is left: -1, or null as older Keras wrote it. */
function reshapedTo(shape: Shape, lengths: readonly unknown[]): Shape {
  const wanted = lengths.map((length) => (length === null ? -1 : whole(length, "newshape")));
  const size = sizeOf(shape);
  const known = wanted.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const isOpen = wanted.filter((length) => length === -1).length;
  if (isOpen > 1) throw new Error(`has newshape=[${wanted.join(", ")}], of which only one may be open`);
  if (size === null) return wanted.map((length) => (length === -1 ? null : length));
  if (isOpen ? size % known !== 0 : size !== known)
    throw new Error(`has newshape=[${wanted.join(", ")}], into which the shape [${shape.join(", ")}] does not fit`);
  return wanted.map((length) => (length === -1 ? size / known : length));
}

const newShape = ({ newshape }: Operands): unknown[] => [newshape].flat();

/** As many parts, or parts that begin at the indices. `isUneven`: the first parts may be longer than the last. */
function split(x: Tensor, sections: unknown, axis: number, isUneven = false): Tensor[] {
  const length = x.shape[axis] as number;
  const given = wholes(sections, "indices_or_sections");
  partsOf(Array.isArray(sections) ? given.length + 1 : sections, "indices_or_sections");
  if (Array.isArray(sections)) {
    const at = given.map((index) => Math.min(length, index < 0 ? Math.max(0, index + length) : index));
    return [0, ...at].map((start, i) => {
      const size = Math.max(0, (at[i] ?? length) - start);
      return tf.slice(
        x,
        x.shape.map((_, other) => (other === axis ? start : 0)),
        x.shape.map((each, other) => (other === axis ? size : each)),
      );
    });
  }
  const [count = 1] = given;
  if (!isUneven && length % count !== 0) throw new Error(`splits ${length} values into ${count} equal parts`);
  const sizes = Array.from({ length: count }, (_, i) => Math.floor(length / count) + (i < length % count ? 1 : 0));
  return tf.split(x, sizes, axis);
}

const splitting = (className: string, axisFor: (x: Tensor) => number): OperationType =>
  moving(className, (x, { indices_or_sections: sections }) => split(x, sections, axisFor(x)), {
    indices_or_sections: undefined,
  });

function repeat(x: Tensor, repeats: unknown, axis: number): Tensor {
  const length = x.shape[axis] as number;
  const times = wholes(repeats, "repeats");
  if (times.length !== 1 && times.length !== length)
    throw new Error(`has ${times.length} repeats for an axis of ${length}`);
  const at = Array.from({ length }, (_, i) => i).flatMap((i) =>
    Array.from({ length: times[times.length === 1 ? 0 : i] as number }, () => i),
  );
  return tf.gather(x, tf.tensor1d(at, "int32"), axis);
}

function roll(x: Tensor, shift: number, axis: number): Tensor {
  const length = x.shape[axis] as number;
  const by = ((shift % length) + length) % length;
  if (by === 0 || length === 0) return x;
  const [start, end] = tf.split(x, [length - by, by], axis) as [Tensor, Tensor];
  return tf.concat([end, start], axis);
}

/** Pairs [before, after] for each axis. */
function widths(value: unknown, rank: number): [number, number][] {
  const pair = (each: unknown): [number, number] => {
    const [before, after = before] = wholes(each, "pad_width") as [number, number?];
    return [before, after];
  };
  const list = Array.isArray(value) && Array.isArray(value[0]) ? value : [value];
  if (list.length !== 1 && list.length !== rank) throw new Error(`has ${list.length} pad_width for ${rank} axes`);
  return Array.from({ length: rank }, (_, axis) => pair(list[list.length === 1 ? 0 : axis]));
}

/** Which value of an axis stands at a place beside it. */
const BESIDE: Readonly<Record<string, (at: number, length: number) => number>> = {
  edge: (at, length) => Math.min(length - 1, Math.max(0, at)),
  wrap: (at, length) => ((at % length) + length) % length,
  reflect: (at, length) => {
    const period = Math.max(1, 2 * (length - 1));
    const place = ((at % period) + period) % period;
    return place < length ? place : period - place;
  },
  symmetric: (at, length) => {
    const place = ((at % (2 * length)) + 2 * length) % (2 * length);
    return place < length ? place : 2 * length - 1 - place;
  },
};

/** x with values around it, `width` before and after each axis. */
export function pad(x: Tensor, width: unknown, mode: unknown, value: unknown): Tensor {
  const pairs = widths(width, x.rank);
  if (mode === "constant") {
    const fill = value === null || value === undefined ? 0 : numberOf(value, "constant_values");
    return tf.pad(x, pairs, fill);
  }
  const beside = BESIDE[String(mode)] as (at: number, length: number) => number;
  return pairs.reduce((padded, [before, after], axis) => {
    if (before === 0 && after === 0) return padded;
    const length = x.shape[axis] as number;
    const at = Array.from({ length: before + length + after }, (_, i) => beside(i - before, length));
    return tf.gather(padded, tf.tensor1d(at, "int32"), axis);
  }, x);
}

function moveAll(x: Tensor, source: unknown, destination: unknown): Tensor {
  const from = axesOf(source, x.rank, "source");
  const to = axesOf(destination, x.rank, "destination");
  const others = x.shape.map((_, axis) => axis).filter((axis) => !from.includes(axis));
  return tf.transpose(
    x,
    x.shape.map((_, axis) => (to.includes(axis) ? (from[to.indexOf(axis)] as number) : (others.shift() as number))),
  );
}

function swap(x: Tensor, one: number, other: number): Tensor {
  const order = x.shape.map((_, axis) => (axis === one ? other : axis === other ? one : axis));
  return tf.transpose(x, order);
}

function rotate(x: Tensor, times: number, axes: readonly number[]): Tensor {
  const [one, other] = axes as [number, number];
  const turns = ((times % 4) + 4) % 4;
  if (turns === 0) return x;
  if (turns === 2) return tf.reverse(x, [one, other]);
  return turns === 1 ? swap(tf.reverse(x, other), one, other) : tf.reverse(swap(x, one, other), other);
}

const atLeast = (rank: number, x: Tensor): Tensor =>
  x.rank >= rank ? x : tf.reshape(x, rank === 2 || x.rank === 0 ? [1, ...x.shape] : x.shape);

function expand(x: Tensor, axis: unknown): Tensor {
  const axes = wholes(axis, "axis");
  const rank = x.rank + axes.length;
  const places = axes.map((each) => axisOf(each, rank));
  const lengths = [...x.shape];
  return tf.reshape(
    x,
    Array.from({ length: rank }, (_, i) => (places.includes(i) ? 1 : (lengths.shift() as number))),
  );
}

function squeeze(shape: Shape, axis: unknown): Shape {
  const axes = axis === null ? shape.flatMap((length, i) => (length === 1 ? [i] : [])) : axesOf(axis, shape.length);
  for (const each of axes)
    if (shape[each] !== 1 && shape[each] !== null)
      throw new Error(`squeezes axis ${each} of the shape [${shape.join(", ")}]`);
  return shape.filter((_, i) => !axes.includes(i));
}

function meshgrid(tensors: readonly Tensor[], indexing: unknown): Tensor[] {
  const lengths = tensors.map(({ size }) => size);
  const order = tensors.map((_, i) => (indexing === "xy" && tensors.length > 1 && i < 2 ? 1 - i : i));
  const shape = order.map((i) => lengths[i] as number);
  return tensors.map((each, i) => {
    const own = order.map((axis) => (axis === i ? (lengths[i] as number) : 1));
    return tf.broadcastTo(tf.reshape(each, own), shape);
  });
}

const NAMES = ["x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8"] as const;

/** The operands of a call that takes any number of tensors: up to eight. */
export const ANY_NUMBER: readonly string[] = NAMES;
export const anyNumber = (operands: Operands): unknown[] =>
  NAMES.map((name) => operands[name]).filter((value) => value !== undefined);

/** Operations that change shapes and places, and no values. */
export const SHAPE: readonly OperationType[] = [
  {
    ...moving(
      "Reshape",
      (x, operands) =>
        tf.reshape(
          x,
          newShape(operands).map((length) => (length as number | null) ?? -1),
        ),
      { newshape: undefined },
    ),
    shape: (operands) => reshapedTo(shapeOf(operands.x), newShape(operands)),
  },
  moving("Ravel", (x) => tf.reshape(x, [-1])),
  moving("ExpandDims", (x, { axis }) => expand(x, axis), { axis: undefined }),
  {
    ...moving("Squeeze", (x, { axis }) => tf.reshape(x, squeeze(x.shape, axis) as number[]), { axis: null }),
    shape: ({ x, axis }) => squeeze(shapeOf(x), axis),
  },
  moving("Transpose", (x, { axes }) => tf.transpose(x, axes === null ? undefined : axesOf(axes, x.rank, "axes")), {
    axes: null,
  }),
  moving("Swapaxes", (x, { axis1, axis2 }) => swap(x, axisOf(axis1, x.rank, "axis1"), axisOf(axis2, x.rank, "axis2")), {
    axis1: undefined,
    axis2: undefined,
  }),
  moving("Moveaxis", (x, { source, destination }) => moveAll(x, source, destination), {
    source: undefined,
    destination: undefined,
  }),
  moving("Flip", (x, { axis }) => tf.reverse(x, axesOf(axis, x.rank)), { axis: null }),
  moving("Fliplr", (x) => tf.reverse(x, 1)),
  moving("Flipud", (x) => tf.reverse(x, 0)),
  moving("Rot90", (x, { k, axes }) => rotate(x, whole(k, "k"), axesOf(axes, x.rank, "axes")), { k: 1, axes: [0, 1] }, [
    "array",
  ]),
  moving(
    "Roll",
    (x, { shift, axis }) => {
      const shifts = wholes(shift, "shift");
      if (axis === null) return tf.reshape(roll(tf.reshape(x, [-1]), shifts[0] as number, 0), x.shape);
      return axesOf(axis, x.rank).reduce(
        (rolled, each, i) => roll(rolled, shifts[shifts.length === 1 ? 0 : i] as number, each),
        x,
      );
    },
    { shift: undefined, axis: null },
  ),
  {
    ...moving(
      "Tile",
      (x, { repeats }) => {
        const times = wholes(repeats, "repeats");
        const rank = Math.max(x.rank, times.length);
        const ones = (count: number) => Array.from({ length: Math.max(0, count) }, () => 1);
        return tf.tile(tf.reshape(x, [...ones(rank - x.rank), ...x.shape]), [...ones(rank - times.length), ...times]);
      },
      { repeats: undefined },
    ),
    shape: ({ x, repeats }) => {
      const [shape, by] = [shapeOf(x), wholes(repeats, "repeats")];
      const rank = Math.max(shape.length, by.length);
      const from = (lengths: Shape, i: number) =>
        lengths[i - rank + lengths.length] ?? (i < rank - lengths.length ? 1 : null);
      return Array.from({ length: rank }, (_, i) => times(from(shape, i), from(by, i) as number));
    },
  },
  {
    ...moving(
      "Repeat",
      (x, { repeats, axis }) =>
        axis === null ? repeat(tf.reshape(x, [-1]), repeats, 0) : repeat(x, repeats, axisOf(axis, x.rank)),
      { repeats: undefined, axis: null },
    ),
    shape: ({ x, repeats, axis }) => {
      const shape = axis === null ? [sizeOf(shapeOf(x))] : shapeOf(x);
      const at = axis === null ? 0 : axisOf(axis, shape.length);
      const by = wholes(repeats, "repeats");
      const total = by.reduce((sum, count) => sum + count, 0);
      return shape.map((length, i) => (i === at ? (by.length > 1 ? total : times(length, total)) : length));
    },
  },
  {
    ...moving("BroadcastTo", (x, { shape }) => tf.broadcastTo(x, wholes(shape, "shape")), { shape: undefined }),
    shape: ({ x, shape }) => broadcastShape([shapeOf(x), wholes(shape, "shape")]),
  },
  {
    ...moving(
      "Pad",
      (x, { pad_width: width, mode, constant_values: value }) => pad(x, width, mode, value),
      { pad_width: undefined, mode: "constant" },
      ["x", "constant_values"],
    ),
    shape: ({ x, pad_width: width, mode }) => {
      if (mode !== "constant" && !Object.hasOwn(BESIDE, String(mode)))
        throw new Error(`has mode=${JSON.stringify(mode)?.slice(0, 80)}, which does not load`);
      const shape = shapeOf(x);
      return widths(width, shape.length).map(([before, after], axis) => plus(shape[axis] ?? null, before + after));
    },
  },
  joining("Concatenate", (tensors, { axis }) => tf.concat(tensors, axisOf(axis, tensors[0]?.rank ?? 0)), { axis: 0 }),
  joining(
    "Stack",
    (tensors, { axis }) => tf.stack(tensors, axisOf(axis, (tensors[0]?.rank ?? 0) + 1)),
    { axis: 0 },
    "x",
  ),
  joining("Hstack", (tensors) => tf.concat(tensors, (tensors[0]?.rank ?? 1) > 1 ? 1 : 0)),
  joining("Vstack", (tensors) =>
    tf.concat(
      tensors.map((each) => atLeast(2, each)),
      0,
    ),
  ),
  joining("Dstack", (tensors) => {
    const deep = tensors.map((each) => {
      const flat = atLeast(2, each);
      return flat.rank === 2 ? tf.expandDims(flat, 2) : flat;
    });
    return tf.concat(deep, 2);
  }),
  {
    className: "Append",
    module: NUMPY,
    parameters: ["x1", "x2"],
    settings: { axis: null },
    run: ({ x1, x2, axis }) => {
      const both = alike([x1, x2].map(tensorOf));
      if (axis === null) return tf.concat(both.map((each) => tf.reshape(each, [-1])));
      return tf.concat(both, axisOf(axis, both[0]?.rank ?? 0));
    },
  },
  moving("Split", (x, { indices_or_sections: sections, axis }) => split(x, sections, axisOf(axis, x.rank)), {
    indices_or_sections: undefined,
    axis: 0,
  }),
  moving("ArraySplit", (x, { indices_or_sections: sections, axis }) => split(x, sections, axisOf(axis, x.rank), true), {
    indices_or_sections: undefined,
    axis: 0,
  }),
  splitting("Hsplit", (x) => (x.rank > 1 ? 1 : 0)),
  splitting("Vsplit", () => 0),
  splitting("Dsplit", () => 2),
  {
    ...moving(
      "Unstack",
      (x, { axis, num }) => {
        const parts = tf.unstack(x, axisOf(axis, x.rank));
        if (num === null || num === parts.length) return parts;
        throw new Error(`unstacks ${parts.length} values, expected num=${JSON.stringify(num)}`);
      },
      { num: null, axis: 0 },
    ),
    module: CORE,
    shape: ({ x, axis, num }) => {
      const shape = shapeOf(x);
      const at = axisOf(axis, shape.length);
      const count = shape[at] ?? num;
      const part = shape.filter((_, i) => i !== at);
      return Array.from({ length: partsOf(count, "num") }, () => part);
    },
  },
  {
    className: "Meshgrid",
    module: NUMPY,
    parameters: ANY_NUMBER,
    settings: { indexing: "xy" },
    shape: (operands) => {
      const lengths = anyNumber(operands).map((each) => sizeOf(shapeOf(each)));
      const [first = null, second = null, ...rest] = lengths;
      const shape = operands.indexing === "xy" && lengths.length > 1 ? [second, first, ...rest] : lengths;
      return lengths.length === 1 ? shape : lengths.map(() => shape);
    },
    run: (operands) => meshgrid(anyNumber(operands).map(tensorOf), operands.indexing),
  },
];
