import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { type Interpolation, resample } from "../layers/spatial/resample.js";
import { NN } from "./elementwise.js";
import { broadcastShape, floatOf, numberOf, shapeOf, whole, wholes } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

export const IMAGE = "keras.src.ops.image";

/** The axes of an image's rows, columns and channels; of one image or of several. */
function axesFor({ data_format: format }: Operands, rank: number) {
  const isFirst = format === "channels_first";
  const rows = isFirst ? rank - 2 : rank - 3;
  return { rows, columns: rows + 1, channels: isFirst ? rank - 3 : rank - 1 };
}

const image = (
  className: string,
  run: (x: Tensor, axes: ReturnType<typeof axesFor>, operands: Operands) => Tensor,
  settings: Operands = {},
): OperationType => ({
  className,
  module: IMAGE,
  parameters: ["images"],
  settings: { ...settings, data_format: null },
  run: (operands) => {
    const x = floatOf(operands.images);
    if (x.rank !== 3 && x.rank !== 4) throw new Error(`takes images, not a tensor of ${x.rank} axes`);
    return run(x, axesFor(operands, x.rank), operands);
  },
});

/** x with zeros, or another value, before and after one axis; less than none cuts. */
function margin(x: Tensor, axis: number, before: number, after: number, value = 0): Tensor {
  const length = x.shape[axis] as number;
  const cut = tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? Math.max(0, -before) : 0)),
    x.shape.map((each, i) => (i === axis ? length + Math.min(0, before) + Math.min(0, after) : each)),
  );
  return tf.pad(
    cut,
    x.shape.map((_, i): [number, number] => (i === axis ? [Math.max(0, before), Math.max(0, after)] : [0, 0])),
    value,
  );
}

/** How much to add before and after a length, of which two of three are known. */
function margins(length: number, before: unknown, after: unknown, total: number): [number, number] {
  if (before === null) return [total - length - whole(after, "padding"), whole(after, "padding")];
  return [
    whole(before, "padding"),
    after === null ? total - length - whole(before, "padding") : whole(after, "padding"),
  ];
}

const resizing = (x: Tensor, { rows, columns }: ReturnType<typeof axesFor>, operands: Operands): Tensor => {
  const [height, width] = wholes(operands.size, "size") as [number, number];
  const own = [x.shape[rows] as number, x.shape[columns] as number] as const;
  const fitting = [Math.trunc((own[1] * height) / width), Math.trunc((own[0] * width) / height)] as const;
  let input = x;
  const around = (axis: number, length: number, wanted: number, value = 0) => {
    const before = Math.trunc(Math.abs(wanted - length) / 2);
    return wanted < length
      ? margin(input, axis, -before, wanted + before - length)
      : margin(input, axis, before, before, value);
  };
  if (operands.crop_to_aspect_ratio === true) {
    input = around(rows, own[0], Math.max(1, Math.min(own[0], fitting[0])));
    input = around(columns, own[1], Math.max(1, Math.min(own[1], fitting[1])));
  } else if (operands.pad_to_aspect_ratio === true) {
    const fill = numberOf(operands.fill_value, "fill_value");
    // Keras adds as much on both sides, and to rows alone if it adds to them.
    const padded = around(rows, own[0], Math.max(own[0], fitting[0]), fill);
    input = padded.shape[rows] === own[0] ? around(columns, own[1], Math.max(own[1], fitting[1]), fill) : padded;
  }
  const by = operands.interpolation as Interpolation;
  const isSmooth = operands.antialias === true;
  return resample(resample(input, rows, height, by, isSmooth), columns, width, by, isSmooth);
};

/** Sums of as many neighbours along an axis as there are weights. */
function weighted(x: Tensor, axis: number, weights: readonly number[]): Tensor {
  const shape = x.shape.map((length, each) => (each === axis ? length - weights.length + 1 : length));
  const parts = weights.map((weight, i) =>
    tf.mul(
      tf.slice(
        x,
        x.shape.map((_, each) => (each === axis ? i : 0)),
        shape,
      ),
      weight,
    ),
  );
  return parts.reduce((sum, part) => tf.add(sum, part));
}

/** Each value of an axis as a sum of those around it; zeros beyond the ends. */
function around(x: Tensor, axis: number, weights: readonly number[]): Tensor {
  const before = Math.floor((weights.length - 1) / 2);
  return weighted(margin(x, axis, before, weights.length - 1 - before), axis, weights);
}

function bell(size: number, deviation: number): number[] {
  const values = Array.from({ length: size }, (_, i) => Math.exp(-0.5 * ((i - (size - 1) / 2) / deviation) ** 2));
  const total = values.reduce((sum, value) => sum + value, 0);
  return values.map((value) => value / total);
}

const SMOOTH = [1, 2, 1];
const SLOPE = [-1, 0, 1];

/** Red, green and blue as tensors without the channels. */
const planes = (x: Tensor, channels: number): Tensor[] => tf.unstack(x, channels);

function toHsv(x: Tensor, channels: number): Tensor {
  const [r, g, b] = planes(tf.where(tf.less(tf.abs(x), 2 ** -23), tf.zerosLike(x), x), channels) as [
    Tensor,
    Tensor,
    Tensor,
  ];
  const value = tf.maximum(tf.maximum(r, g), b);
  const range = tf.sub(value, tf.minimum(tf.minimum(r, g), b));
  const [hasValue, hasRange] = [tf.greater(value, 0), tf.greater(range, 0)];
  const ones = tf.onesLike(value);
  const saturation = tf.where(hasValue, tf.div(range, tf.where(hasValue, value, ones)), tf.zerosLike(value));
  const part = (one: Tensor, other: Tensor, offset: number) =>
    tf.add(tf.div(tf.sub(one, other), tf.mul(6, tf.where(hasRange, range, ones))), offset);
  const hue = tf.where(
    tf.equal(value, r),
    part(g, b, 0),
    tf.where(tf.equal(value, g), part(b, r, 2 / 6), part(r, g, 4 / 6)),
  );
  const turned = tf.add(tf.where(hasRange, hue, tf.zerosLike(hue)), tf.cast(tf.less(hue, 0), "float32"));
  return tf.stack([turned, saturation, value], channels);
}

function toRgb(x: Tensor, channels: number): Tensor {
  const [hue, saturation, value] = planes(x, channels) as [Tensor, Tensor, Tensor];
  const turn = tf.mul(tf.mod(hue, 1), 6);
  const near = (center: number) => tf.abs(tf.sub(turn, center));
  const shares = [tf.sub(near(3), 1), tf.sub(2, near(2)), tf.sub(2, near(4))];
  const colours = shares.map((share) =>
    tf.mul(value, tf.add(tf.sub(1, saturation), tf.mul(saturation, tf.clipByValue(share, 0, 1)))),
  );
  return tf.stack(colours, channels);
}

function toGray(x: Tensor, channels: number): Tensor {
  if (x.shape[channels] === 1) return tf.clone(x);
  const weights = tf.tensor(
    [0.2989, 0.587, 0.114],
    x.shape.map((_, axis) => (axis === channels ? 3 : 1)),
  );
  return tf.sum(tf.mul(x, weights), channels, true);
}

/** How a window goes over an axis. */
interface Step {
  readonly size: number;
  readonly stride: number;
  readonly dilation: number;
}

const reach = ({ size, dilation }: Step): number => dilation * (size - 1) + 1;
const placesIn = (length: number, step: Step): number => Math.floor((length - reach(step)) / step.stride) + 1;

/** The place in an axis of each value of each window, window by window. */
const windowPlaces = (count: number, { size, stride, dilation }: Step): number[] =>
  Array.from({ length: count * size }, (_, i) => Math.floor(i / size) * stride + (i % size) * dilation);

/** The windows over axes from `first` on, each of which becomes two: windows, and values within one. */
function windows(x: Tensor, first: number, steps: readonly Step[]): Tensor {
  return steps.reduce((found, step, i) => {
    const axis = first + 2 * i;
    const count = placesIn(found.shape[axis] as number, step);
    const taken = tf.gather(found, tf.tensor1d(windowPlaces(count, step), "int32"), axis);
    return tf.reshape(taken, [...found.shape.slice(0, axis), count, step.size, ...found.shape.slice(axis + 1)]);
  }, x);
}

const pairOf = (value: unknown, name: string, count = 2): number[] => {
  const given = wholes(value, name);
  return given.length === 1 ? Array.from({ length: count }, () => given[0] as number) : given;
};

function patches(operands: Operands): Tensor {
  const x = floatOf(operands.images);
  const size = wholes(operands.size, "size");
  const axes = size.length === 3 ? 3 : 2;
  const sizes = pairOf(operands.size, "size", axes);
  const strides = operands.strides === null ? sizes : pairOf(operands.strides, "strides", axes);
  const dilations = pairOf(operands.dilation_rate, "dilation_rate", axes);
  const isFirst = operands.data_format === "channels_first";
  const batch = x.rank === axes + 1 ? tf.expandDims(x, 0) : x;
  const last = Array.from({ length: axes }, (_, i) => i + 2);
  let input = isFirst ? tf.transpose(batch, [0, ...last, 1]) : batch;
  const steps = sizes.map(
    (each, i): Step => ({
      size: each,
      stride: strides[i] as number,
      dilation: dilations[i] as number,
    }),
  );
  if (String(operands.padding).toLowerCase() === "same")
    for (const [i, step] of steps.entries()) {
      const length = input.shape[i + 1] as number;
      const total = Math.max(0, (Math.ceil(length / step.stride) - 1) * step.stride + reach(step) - length);
      input = margin(input, i + 1, Math.floor(total / 2), Math.ceil(total / 2));
    }
  const found = windows(input, 1, steps);
  const places = steps.map((_, i) => 1 + 2 * i);
  const moved = tf.transpose(found, [0, ...places, ...places.map((axis) => axis + 1), found.rank - 1]);
  const outer = moved.shape.slice(0, axes + 1);
  const flat = tf.reshape(moved, [...outer, -1]);
  const value = isFirst ? tf.transpose(flat, [0, axes + 1, ...places.map((_, i) => i + 1)]) : flat;
  return x.rank === axes + 1 ? tf.squeeze(value, [0]) : value;
}

const FOLDING: Operands = { kernel_size: undefined, dilation: 1, padding: 0, stride: 1 };

const foldSteps = (operands: Operands): Step[] => {
  const [strides, dilations] = [pairOf(operands.stride, "stride"), pairOf(operands.dilation, "dilation")];
  return pairOf(operands.kernel_size, "kernel_size").map((size, i) => ({
    size,
    stride: strides[i] as number,
    dilation: dilations[i] as number,
  }));
};

function unfold(operands: Operands): Tensor {
  const padding = pairOf(operands.padding, "padding");
  const x = padding.reduce((padded, each, i) => margin(padded, i + 2, each, each), floatOf(operands.x));
  // [batch, channels, rows, row, columns, column]
  const found = tf.transpose(windows(x, 2, foldSteps(operands)), [0, 1, 3, 5, 2, 4]);
  const [batch, channels, row, column, rows, columns] = found.shape as [number, number, number, number, number, number];
  return tf.reshape(found, [batch, channels * row * column, rows * columns]);
}

function fold(operands: Operands): Tensor {
  const x = floatOf(operands.x);
  const padding = pairOf(operands.padding, "padding");
  const [row, column] = foldSteps(operands) as [Step, Step];
  const lengths = pairOf(operands.output_size, "output_size").map((each, i) => each + 2 * (padding[i] as number));
  const [height, width] = lengths as [number, number];
  const [rows, columns] = [placesIn(height, row), placesIn(width, column)];
  const [batch, size] = x.shape as [number, number];
  const channels = size / (row.size * column.size);
  const parts = tf.reshape(x, [batch * channels, row.size, column.size, rows, columns]);
  const sums = (values: Tensor, count: number, step: Step, length: number) => {
    const places = tf.oneHot(tf.tensor1d(windowPlaces(count, step), "int32"), length);
    return tf.matMul(tf.reshape(values, [-1, count * step.size]), tf.cast(places, "float32"));
  };
  // [images, row, rows, width], then [images, width, height]
  const wide = sums(tf.transpose(parts, [0, 1, 3, 4, 2]), columns, column, width);
  const turned = tf.transpose(tf.reshape(wide, [batch * channels, row.size, rows, width]), [0, 3, 2, 1]);
  const value = tf.transpose(
    tf.reshape(sums(turned, rows, row, height), [batch, channels, width, height]),
    [0, 1, 3, 2],
  );
  return padding.reduce((cut, each, i) => margin(cut, i + 2, -each, -each), value);
}

/** How alike two images are, one number for each pair: the mean over windows and channels. */
function similarity(operands: Operands): Tensor {
  const [one, other] = [floatOf(operands.image1), floatOf(operands.image2)];
  const { rows, columns } = axesFor(operands, one.rank);
  const weights = bell(whole(operands.filter_size, "filter_size"), numberOf(operands.filter_sigma, "filter_sigma"));
  const mean = (x: Tensor) => weighted(weighted(x, rows, weights), columns, weights);
  const [first, second] = [mean(one), mean(other)];
  const [least, spread] = ["k1", "k2"].map(
    (name) => (numberOf(operands[name], name) * numberOf(operands.max_val, "max_val")) ** 2,
  ) as [number, number];
  const both = tf.mul(first, second);
  const squares = tf.add(tf.square(first), tf.square(second));
  const covariance = tf.sub(mean(tf.mul(one, other)), both);
  const variances = tf.sub(tf.add(mean(tf.square(one)), mean(tf.square(other))), squares);
  const map = tf.div(
    tf.mul(tf.add(tf.mul(both, 2), least), tf.add(tf.mul(covariance, 2), spread)),
    tf.mul(tf.add(squares, least), tf.add(variances, spread)),
  );
  return tf.mean(map, [-3, -2, -1]);
}

/** Operations on images, and on windows over them. */
export const IMAGES: readonly OperationType[] = [
  image("RGBToGrayscale", (x, { channels }) => toGray(x, channels)),
  image("RGBToHSV", (x, { channels }) => toHsv(x, channels)),
  image("HSVToRGB", (x, { channels }) => toRgb(x, channels)),
  image("Resize", resizing, {
    size: undefined,
    interpolation: "bilinear",
    antialias: false,
    crop_to_aspect_ratio: false,
    pad_to_aspect_ratio: false,
    fill_mode: "constant",
    fill_value: 0,
  }),
  image(
    "GaussianBlur",
    (x, { rows, columns }, { kernel_size: size, sigma }) => {
      const [across, down] = pairOf(size, "kernel_size") as [number, number];
      const [one, other] = [sigma].flat().map((each) => numberOf(each, "sigma")) as [number, number?];
      return around(around(x, rows, bell(down, other ?? one)), columns, bell(across, one));
    },
    { kernel_size: [3, 3], sigma: [1, 1] },
  ),
  image("SobelEdges", (x, { rows, columns }) =>
    tf.stack([around(around(x, rows, SLOPE), columns, SMOOTH), around(around(x, rows, SMOOTH), columns, SLOPE)], -1),
  ),
  image(
    "PadImages",
    (x, { rows, columns }, { target_height: height, target_width: width, ...given }) => {
      const [above, below] = margins(x.shape[rows] as number, given.top_padding, given.bottom_padding, Number(height));
      const [left, right] = margins(x.shape[columns] as number, given.left_padding, given.right_padding, Number(width));
      return margin(margin(x, rows, above, below), columns, left, right);
    },
    {
      top_padding: null,
      left_padding: null,
      bottom_padding: null,
      right_padding: null,
      target_height: null,
      target_width: null,
    },
  ),
  image(
    "CropImages",
    (x, { rows, columns }, { target_height: height, target_width: width, ...given }) => {
      const cut = (axis: number, before: unknown, after: unknown, total: unknown) => {
        const length = x.shape[axis] as number;
        // What is left, seen from the other side.
        const [first, last] = margins(Number(total), before, after, length);
        return [-first, -last] as const;
      };
      const [above, below] = cut(rows, given.top_cropping, given.bottom_cropping, height);
      const [left, right] = cut(columns, given.left_cropping, given.right_cropping, width);
      return margin(margin(x, rows, above, below), columns, left, right);
    },
    {
      top_cropping: null,
      left_cropping: null,
      bottom_cropping: null,
      right_cropping: null,
      target_height: null,
      target_width: null,
    },
  ),
  {
    className: "ExtractPatches",
    module: IMAGE,
    parameters: ["images"],
    settings: { size: undefined, strides: null, dilation_rate: 1, padding: "valid", data_format: null },
    run: patches,
  },
  { className: "Unfold", module: NN, parameters: ["x"], settings: FOLDING, run: unfold },
  { className: "Fold", module: NN, parameters: ["x"], settings: { output_size: undefined, ...FOLDING }, run: fold },
  {
    className: "SSIM",
    module: IMAGE,
    parameters: ["image1", "image2"],
    settings: { max_val: 1, filter_size: 11, filter_sigma: 1.5, k1: 0.01, k2: 0.03, data_format: null },
    shape: (operands) => {
      const shape = broadcastShape([shapeOf(operands.image1), shapeOf(operands.image2)]);
      if (shape.length !== 3 && shape.length !== 4)
        throw new Error(`takes images, not a tensor of ${shape.length} axes`);
      const { rows, columns } = axesFor(operands, shape.length);
      const size = whole(operands.filter_size, "filter_size");
      for (const name of ["max_val", "filter_sigma", "k1", "k2"]) numberOf(operands[name], name);
      for (const length of [shape[rows], shape[columns]])
        if (size < 1 || (typeof length === "number" && length < size))
          throw new Error(`has filter_size=${size} of images of ${length} pixels`);
      return shape.slice(0, -3);
    },
    run: similarity,
  },
];
