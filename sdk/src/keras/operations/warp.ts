import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { onLast } from "./along-axis.js";
import { IMAGE } from "./images.js";
import { solve } from "./matrices.js";
import { axisOf, floatOf, numberOf, shapeOf, tensorOf, whole, wholes } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

/** How values between places, and beyond the ends, are made. */
interface Sampling {
  /** Whether the nearest value is taken; else those around are mixed. */
  readonly isNearest: boolean;
  readonly mode: string;
  readonly fill: number;
}

type Place = (at: Tensor, size: number) => Tensor;

const int = (value: number): Tensor => tf.scalar(value, "int32");

const mirrored: Place = (at, size) =>
  size === 1 ? tf.zerosLike(at) : tf.abs(tf.sub(tf.mod(tf.add(at, int(size - 1)), int(2 * (size - 1))), int(size - 1)));

/** The place within an axis that stands for one beyond its ends, by Keras' `fill_mode`. */
const PLACES: Readonly<Record<string, Place>> = {
  constant: (at) => at,
  nearest: (at) => at,
  wrap: (at, size) => tf.mod(at, int(size)),
  mirror: mirrored,
  reflect: (at, size) =>
    tf.floorDiv(tf.sub(mirrored(tf.add(tf.mul(at, int(2)), int(1)), 2 * size + 1), int(1)), int(2)),
};

/** The values at whole numbers for each axis, broadcast together. As `tf.gather`, whose places may not be computed from weights. */
function takeAt(x: Tensor, places: readonly Tensor[], { mode, fill }: Sampling): Tensor {
  const compute = tf.customGrad((...given) => {
    const [values, ...each] = given.slice(0, -1) as [Tensor, ...Tensor[]];
    const save = given.at(-1) as tf.GradSaveFunc;
    let [flat, isInside]: [Tensor, Tensor] = [int(0), tf.scalar(true, "bool")];
    for (const [axis, size] of values.shape.entries()) {
      const at = tf.cast(each[axis] as Tensor, "int32");
      const isWithin = tf.logicalAnd(tf.greaterEqual(at, int(0)), tf.less(at, int(size)));
      if (mode === "constant") isInside = tf.logicalAnd(isInside, isWithin);
      const known = tf.minimum(tf.maximum((PLACES[mode] as Place)(at, size), int(0)), int(size - 1));
      flat = tf.add(tf.mul(flat, int(size)), known);
    }
    const found = tf.gather(tf.reshape(values, [-1]), flat);
    save([flat, isInside]);
    const gradFunc = (slope: Tensor, saved: Tensor[]) => {
      const [at, isKept] = saved as [Tensor, Tensor];
      const kept = tf.reshape(tf.where(isKept, slope, 0), [-1]);
      const sums = tf.scatterND(tf.reshape(at, [-1, 1]), kept, [values.size]);
      return [tf.reshape(sums, values.shape), ...each.map(({ shape }) => tf.zeros(shape))];
    };
    return { value: tf.where(isInside, found, fill), gradFunc: gradFunc as (slope: Tensor) => Tensor[] };
  });
  return compute(x, ...places);
}

/** To the nearest whole number; halves away from 0. */
function rounded(x: Tensor): Tensor {
  const size = tf.abs(x);
  const below = tf.floor(size);
  return tf.mul(tf.sign(x), tf.add(below, tf.cast(tf.greaterEqual(tf.sub(size, below), 0.5), "float32")));
}

/** x at coordinates for each axis, broadcast together; coordinates of whole numbers are places within it. */
function sample(x: Tensor, coordinates: readonly Tensor[], how: Sampling): Tensor {
  const values = tf.cast(x, "float32");
  let corners: readonly (readonly [places: Tensor[], weight: Tensor | undefined])[] = [[[], undefined]];
  for (const coordinate of coordinates) {
    const at = tf.cast(coordinate, "float32");
    const lower = tf.floor(at);
    const upper = tf.sub(at, lower);
    const nodes: [Tensor, Tensor | undefined][] =
      coordinate.dtype === "int32"
        ? [[at, undefined]]
        : how.isNearest
          ? [[rounded(at), undefined]]
          : [
              [lower, tf.sub(1, upper)],
              [tf.add(lower, 1), upper],
            ];
    corners = corners.flatMap(([places, weight]) =>
      nodes.map(([place, own]) => [[...places, place], weight && own ? tf.mul(weight, own) : (weight ?? own)] as const),
    );
  }
  const parts = corners.map(([places, weight]) => {
    const found = takeAt(values, places, how);
    return weight ? tf.mul(found, weight) : found;
  });
  const value = parts.reduce((sum, part) => tf.add(sum, part));
  return x.dtype === "int32" ? tf.cast(rounded(value), "int32") : value;
}

/** A choice among names that a setting holds. */
function oneOf(value: unknown, name: string, names: readonly string[]): string {
  if (typeof value === "string" && names.includes(value)) return value;
  throw new Error(`has ${name}=${JSON.stringify(value)?.slice(0, 80)}, expected one of ${names.join(", ")}`);
}

const samplingOf = ({ interpolation, fill_mode: mode = "constant", fill_value: fill }: Operands): Sampling => ({
  isNearest: oneOf(interpolation, "interpolation", ["nearest", "bilinear"]) === "nearest",
  mode: oneOf(mode, "fill_mode", Object.keys(PLACES)),
  fill: numberOf(fill, "fill_value"),
});

/** Numbers 0, 1, … along one of the four axes of images. */
const along = (axis: number, length: number, dtype: "float32" | "int32" = "float32"): Tensor =>
  tf.reshape(
    tf.range(0, length, 1, dtype),
    [1, 1, 1, 1].map((one, i) => (i === axis ? length : one)),
  );

type Coordinates = readonly [rows: Tensor, columns: Tensor];

/** An operation that takes each value of images `[batch, rows, columns, channels]` from elsewhere in its channel. */
const warp = (
  className: string,
  parameters: readonly string[],
  settings: Operands,
  check: (operands: Operands) => void,
  coordinates: (operands: Operands, shape: readonly number[]) => Coordinates,
): OperationType => ({
  className,
  module: IMAGE,
  parameters: ["images", ...parameters],
  settings: { interpolation: "bilinear", ...settings, fill_value: 0, data_format: null },
  shape: (operands) => {
    const shape = shapeOf(operands.images);
    if (shape.length !== 3 && shape.length !== 4) throw new Error(`takes images, not a tensor of ${shape.length} axes`);
    samplingOf(operands);
    check(operands);
    return shape;
  },
  run: (operands) => {
    const given = tensorOf(operands.images);
    const batch = given.rank === 3 ? tf.expandDims(given, 0) : given;
    const isFirst = operands.data_format === "channels_first";
    const x = isFirst ? tf.transpose(batch, [0, 2, 3, 1]) : batch;
    const [count, , , channels] = x.shape as [number, number, number, number];
    const [rows, columns] = coordinates(operands, x.shape);
    const places = [along(0, count, "int32"), rows, columns, along(3, channels, "int32")];
    const value = sample(x, places, samplingOf(operands));
    const back = isFirst ? tf.transpose(value, [0, 3, 1, 2]) : value;
    return given.rank === 3 ? tf.squeeze(back, [0]) : back;
  },
});

/** Columns of a matrix, each to be broadcast with images. */
const columnsOf = (x: Tensor): Tensor[] =>
  tf.unstack(tf.reshape(x, [-1, x.shape.at(-1) as number]), 1).map((each) => tf.reshape(each, [-1, 1, 1, 1]));

const sum = (...parts: Tensor[]): Tensor => parts.reduce((total, part) => tf.add(total, part));

/** Keras' projective parameters count channels, not positions. */
function affine({ transform }: Operands, [, height, width, channels]: readonly number[]): Coordinates {
  const t = columnsOf(floatOf(transform));
  const [row, column, channel] = [along(1, height as number), along(2, width as number), along(3, channels as number)];
  const by = (place: Tensor, i: number) => tf.mul(place, t[i] as Tensor);
  return [
    sum(by(row, 4), by(column, 3), by(channel, 6), t[5] as Tensor),
    sum(by(row, 1), by(column, 0), by(channel, 7), t[2] as Tensor),
  ];
}

/** The eight parameters of the projections of end points onto start points `[…, 4, 2]`. */
function homography(start: Tensor, end: Tensor): Tensor {
  const parts = (points: Tensor) => tf.unstack(tf.reshape(points, [-1, 4, 2]), 2) as [Tensor, Tensor];
  const [[fromX, fromY], [x, y]] = [parts(start), parts(end)];
  const [none, one] = [tf.zerosLike(x), tf.onesLike(x)];
  const row = (cells: Tensor[], from: Tensor) =>
    tf.stack([...cells, tf.neg(tf.mul(from, x)), tf.neg(tf.mul(from, y))], 2);
  const equations = tf.concat(
    [row([x, y, one, none, none, none], fromX), row([none, none, none, x, y, one], fromY)],
    1,
  );
  return solve(equations, tf.concat([fromX, fromY], 1));
}

function perspective(operands: Operands, [, height, width]: readonly number[]): Coordinates {
  const t = columnsOf(homography(floatOf(operands.start_points), floatOf(operands.end_points)));
  const [row, column] = [along(1, height as number), along(2, width as number)];
  const line = (i: number) => tf.add(tf.mul(t[i] as Tensor, column), tf.mul(t[i + 1] as Tensor, row));
  const depth = tf.add(line(6), 1);
  return [tf.div(tf.add(line(3), t[5] as Tensor), depth), tf.div(tf.add(line(0), t[2] as Tensor), depth)];
}

/** What a value at a distance counts, by Keras' names; differentiable as in JAX. */
const KERNELS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  linear: (x) => tf.maximum(tf.sub(1, x), 0),
  cubic: (x) => {
    const near = tf.add(tf.mul(tf.mul(tf.sub(tf.mul(x, 1.5), 2.5), x), x), 1);
    const far = tf.add(tf.mul(tf.sub(tf.mul(tf.add(tf.mul(x, -0.5), 2.5), x), 4), x), 2);
    return tf.where(tf.greaterEqual(x, 2), 0, tf.where(tf.greaterEqual(x, 1), far, near));
  },
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
};

function lanczos(radius: number) {
  return (x: Tensor): Tensor => {
    const isFar = tf.greater(x, 1e-3);
    const turn = tf.mul(tf.where(isFar, x, 1), Math.PI);
    const waves = tf.mul(tf.mul(tf.sin(turn), tf.sin(tf.div(turn, radius))), radius);
    return tf.where(tf.greater(x, radius), 0, tf.where(isFar, tf.div(waves, tf.square(turn)), 1));
  };
}

const METHODS: Readonly<Record<string, string>> = {
  linear: "linear",
  bilinear: "linear",
  trilinear: "linear",
  cubic: "cubic",
  bicubic: "cubic",
  tricubic: "cubic",
  lanczos3: "lanczos3",
  lanczos5: "lanczos5",
};

/** Sums of weights that are less are none: JAX' limit. */
const LEAST = 1000 * 2 ** -23;

/** How much each of `length` values counts for each of `count` `[length, count]`. */
function shares(
  length: number,
  count: number,
  scale: Tensor,
  shift: Tensor,
  method: string,
  isSmooth: boolean,
): Tensor {
  const step = tf.div(1, scale);
  const centers = tf.sub(tf.mul(tf.sub(tf.add(tf.range(0, count), 0.5), shift), step), 0.5);
  const distance = tf.abs(tf.sub(centers, tf.expandDims(tf.range(0, length), 1)));
  const kernel = KERNELS[METHODS[method] as string] as (x: Tensor) => Tensor;
  const weights = kernel(isSmooth ? tf.div(distance, tf.maximum(step, 1)) : distance);
  const total = tf.sum(weights, 0, true);
  const isKnown = tf.greater(tf.abs(total), LEAST);
  const isInside = tf.logicalAnd(tf.greaterEqual(centers, -0.5), tf.lessEqual(centers, length - 0.5));
  return tf.where(tf.logicalAnd(isKnown, isInside), tf.div(weights, tf.where(isKnown, total, 1)), 0);
}

function scaleAndTranslate(operands: Operands): Tensor {
  const x = floatOf(operands.images);
  const shape = wholes(operands.output_shape, "output_shape");
  const [scale, shift] = [operands.scale, operands.translation].map((each) => tf.unstack(floatOf(each))) as [
    Tensor[],
    Tensor[],
  ];
  const isSmooth = operands.antialias !== false;
  return wholes(operands.spatial_dims, "spatial_dims").reduce((found, given, i) => {
    const axis = axisOf(given, x.rank, "spatial_dims");
    const length = found.shape[axis] as number;
    const weights = shares(
      length,
      shape[axis] as number,
      scale[i] as Tensor,
      shift[i] as Tensor,
      operands.method as string,
      isSmooth,
    );
    return onLast(found, axis, (moved) =>
      tf.reshape(tf.matMul(tf.reshape(moved, [-1, length]), weights), [
        ...moved.shape.slice(0, -1),
        shape[axis] as number,
      ]),
    );
  }, x);
}

/** Operations that take the values of images, and of other tensors, from between places. */
export const WARP: readonly OperationType[] = [
  warp(
    "AffineTransform",
    ["transform"],
    { fill_mode: "constant" },
    ({ transform }) => {
      const shape = shapeOf(transform);
      if ((shape.length !== 1 && shape.length !== 2) || shape.at(-1) !== 8)
        throw new Error(`takes transforms of 8 numbers, not the shape [${shape.join(", ")}]`);
    },
    affine,
  ),
  warp(
    "PerspectiveTransform",
    ["start_points", "end_points"],
    {},
    (operands) => {
      for (const name of ["start_points", "end_points"]) {
        const shape = shapeOf(operands[name]);
        if ((shape.length !== 2 && shape.length !== 3) || shape.at(-2) !== 4 || shape.at(-1) !== 2)
          throw new Error(`takes ${name} of the shape [4, 2] for each image, not [${shape.join(", ")}]`);
      }
    },
    perspective,
  ),
  {
    className: "MapCoordinates",
    module: IMAGE,
    parameters: ["inputs", "coordinates"],
    settings: { order: undefined, fill_mode: "constant", fill_value: 0 },
    shape: ({ inputs, coordinates, order, fill_mode: mode, fill_value: fill }) => {
      if (order !== 0 && order !== 1) throw new Error(`has order=${whole(order, "order")}, expected 0 or 1`);
      oneOf(mode, "fill_mode", Object.keys(PLACES));
      numberOf(fill, "fill_value");
      const [rank, shape] = [shapeOf(inputs).length, shapeOf(coordinates)];
      if (shape[0] !== rank || shape.length < 2)
        throw new Error(`takes coordinates [${shape.join(", ")}] of a tensor of ${rank} axes`);
      return shape.slice(1);
    },
    run: ({ inputs, coordinates, order, fill_mode: mode, fill_value: fill }) =>
      sample(tensorOf(inputs), tf.unstack(floatOf(coordinates)), {
        isNearest: order === 0,
        mode: mode as string,
        fill: numberOf(fill, "fill_value"),
      }),
  },
  {
    className: "ScaleAndTranslate",
    module: IMAGE,
    parameters: ["images", "output_shape", "scale", "translation"],
    settings: { spatial_dims: undefined, method: undefined, antialias: true },
    shape: (operands) => {
      oneOf(operands.method, "method", Object.keys(METHODS));
      const shape = shapeOf(operands.images);
      const lengths = wholes(operands.output_shape, "output_shape");
      const axes = wholes(operands.spatial_dims, "spatial_dims").map((axis) =>
        axisOf(axis, shape.length, "spatial_dims"),
      );
      if (lengths.length !== shape.length || axes.some((axis) => (lengths[axis] as number) < 1))
        throw new Error(`has output_shape=[${lengths.join(", ")}] of a tensor of ${shape.length} axes`);
      for (const name of ["scale", "translation"]) {
        const given = shapeOf(operands[name]);
        if (given.length !== 1 || given[0] !== axes.length)
          throw new Error(`takes a ${name} [${given.join(", ")}] of ${axes.length} axes`);
      }
      return shape.map((length, axis) => (axes.includes(axis) ? (lengths[axis] as number) : length));
    },
    run: scaleAndTranslate,
  },
];
