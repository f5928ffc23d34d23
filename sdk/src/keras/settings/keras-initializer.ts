import { seededUniform } from "../../tensors/seeded-uniform.js";
import { sizeOf } from "../../tensors/size-of.js";
import { serialization, type Tensor, tensor } from "../../tf.js";

type Settings = Readonly<Record<string, unknown>>;
type Uniform = () => number;

/** Draws of a standard normal distribution. */
const normals =
  (uniform: Uniform): Uniform =>
  () =>
    Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** Of a normal distribution that is cut at two standard deviations. */
function truncated(normal: Uniform): Uniform {
  const draw = (): number => {
    const value = normal();
    return Math.abs(value) <= 2 ? value : draw();
  };
  return draw;
}

/** Uniform draws in [0, 1): those of the seed, or Math.random's. */
const uniformOf = (seed: unknown): Uniform => (typeof seed === "number" ? seededUniform(seed) : Math.random);

/** Keras' compute_fans; `axes` are those of an EinsumDense kernel. */
function fansOf(shape: readonly number[], { input_axes: inputs, output_axes: outputs }: Settings): [number, number] {
  const along = (axes: unknown) => sizeOf([axes].flat().map((axis) => shape.at(axis as number) as number));
  if (Array.isArray(inputs) && Array.isArray(outputs)) return [along(inputs), along(outputs)];
  if (shape.length < 2) return [shape[0] ?? 1, shape[0] ?? 1];
  const receptive = sizeOf(shape.slice(0, -2));
  return [(shape.at(-2) as number) * receptive, (shape.at(-1) as number) * receptive];
}

function scaled(shape: readonly number[], settings: Settings, uniform: Uniform): Uniform {
  const { scale = 1, mode = "fan_in", distribution = "truncated_normal" } = settings;
  const [fanIn, fanOut] = fansOf(shape, settings);
  const fan = mode === "fan_in" ? fanIn : mode === "fan_out" ? fanOut : (fanIn + fanOut) / 2;
  const variance = (scale as number) / Math.max(1, fan);
  if (distribution === "uniform") return () => Math.sqrt(3 * variance) * (2 * uniform() - 1);
  if (distribution === "untruncated_normal") return times(Math.sqrt(variance), normals(uniform));
  // What cutting takes from the deviation.
  return times(Math.sqrt(variance) / 0.87962566103423978, truncated(normals(uniform)));
}

const times =
  (factor: number, draw: Uniform): Uniform =>
  () =>
    factor * draw();

/** Orthonormal columns, or rows where there are more columns: Gram-Schmidt, twice, of normal draws. */
function orthogonal(shape: readonly number[], gain: number, normal: Uniform): Float32Array {
  const columns = shape.at(-1) as number;
  const rows = sizeOf(shape.slice(0, -1));
  const [count, length] = rows < columns ? [rows, columns] : [columns, rows];
  const vectors: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const vector = Float64Array.from({ length }, normal);
    for (const other of [...vectors, ...vectors]) {
      let dot = 0;
      for (let k = 0; k < length; k++) dot += (vector[k] as number) * (other[k] as number);
      for (let k = 0; k < length; k++) vector[k] = (vector[k] as number) - dot * (other[k] as number);
    }
    const norm = Math.hypot(...vector);
    vectors.push(vector.map((value) => value / norm));
  }
  const values = new Float32Array(rows * columns);
  for (const [i, vector] of vectors.entries())
    for (const [k, value] of vector.entries())
      values[rows < columns ? i * columns + k : k * columns + i] = gain * value;
  return values;
}

const scaling = (scale: number, mode: string, distribution: string) => (settings: Settings) => ({
  ...settings,
  scale,
  mode,
  distribution,
});

/** The initializers that are VarianceScaling with settings of their own. */
const SCALINGS: Readonly<Record<string, (settings: Settings) => Settings>> = {
  VarianceScaling: (settings) => settings,
  GlorotNormal: scaling(1, "fan_avg", "truncated_normal"),
  GlorotUniform: scaling(1, "fan_avg", "uniform"),
  HeNormal: scaling(2, "fan_in", "truncated_normal"),
  HeUniform: scaling(2, "fan_in", "uniform"),
  LecunNormal: scaling(1, "fan_in", "truncated_normal"),
  LecunUniform: scaling(1, "fan_in", "uniform"),
};

/** The values of a Keras initializer, by its class name. */
function valuesOf(name: string, shape: readonly number[], settings: Settings): ArrayLike<number> {
  const length = sizeOf(shape);
  const columns = shape.at(-1) ?? 1;
  const uniform = uniformOf(settings.seed);
  const {
    value = 0,
    mean = 0,
    stddev = 0.05,
    minval = -0.05,
    maxval = 0.05,
    gain = 1,
  } = settings as Record<string, number>;
  const fill = (draw: Uniform) => Float32Array.from({ length }, draw);
  const scale = SCALINGS[name];
  if (scale) return fill(scaled(shape, scale(settings), uniform));
  const normal = normals(uniform);
  const at =
    (draw: Uniform): Uniform =>
    () =>
      mean + stddev * draw();
  switch (name) {
    case "Ones":
      return fill(() => 1);
    case "Constant": {
      const values = [value].flat(Number.POSITIVE_INFINITY) as number[];
      return Float32Array.from({ length }, (_, i) => values[i % values.length] as number);
    }
    case "RandomNormal":
      return fill(at(normal));
    case "TruncatedNormal":
      return fill(at(truncated(normal)));
    case "RandomUniform":
      return fill(() => minval + (maxval - minval) * uniform());
    case "Orthogonal":
      return orthogonal(shape, gain, normal);
    case "Identity":
      return Float32Array.from({ length }, (_, i) => (Math.floor(i / columns) === i % columns ? gain : 0));
    default:
      return fill(() => 0);
  }
}

interface InitializerConfig {
  /** Keras' class name. */
  readonly name: string;
  /** Its config, as Keras writes it. */
  readonly settings: Settings;
}

/** An initializer of Keras: tfjs-layers lacks some, and writes others under another name. */
export class KerasInitializer extends serialization.Serializable {
  static readonly className = "KerasInitializer";

  readonly config: InitializerConfig;

  constructor({ name, settings }: InitializerConfig) {
    super();
    this.config = { name, settings };
  }

  apply(shape: number[], dtype: "float32" | "int32" = "float32"): Tensor {
    return tensor(valuesOf(this.config.name, shape, this.config.settings) as Float32Array, shape, dtype);
  }

  getConfig(): serialization.ConfigDict {
    return { ...this.config } as unknown as serialization.ConfigDict;
  }
}
