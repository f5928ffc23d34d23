import { gather, layers, reshape, type serialization, slice, type Tensor, tensor1d, tidy } from "../../tf.js";

/** One index of `x[…]` as a config holds it. */
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

type Length = number | null;

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

const isWhole = (key: ItemKey): boolean =>
  key.kind === "slice" && key.start === null && key.stop === null && (key.step ?? 1) === 1;

/** Keras 3's operation GetItem: `x[key]` with indices, slices, ellipsis and new axes. */
export class GetItem extends layers.Layer {
  static readonly className = "GetItem";
  readonly keys: readonly ItemKey[];

  constructor(config: { readonly name?: string; readonly keys: readonly ItemKey[] }) {
    super(config as never);
    this.keys = config.keys;
  }

  override computeOutputShape(shape: Length[]): Length[] {
    const output: Length[] = [];
    let axis = 0;
    for (const key of expand(this.keys, shape.length)) {
      if (key.kind === "newaxis") output.push(1);
      else {
        const length = shape[axis++] ?? null;
        if (key.kind === "slice")
          output.push(isWhole(key) ? length : length === null ? null : indices(key, length).count);
      }
    }
    return output;
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    return tidy(() => {
      const input = [inputs].flat()[0] as Tensor;
      const keys = expand(this.keys, input.rank);
      const begin: number[] = [];
      const size: number[] = [];
      const shape: number[] = [];
      const gathered: { readonly axis: number; readonly at: number[] }[] = [];
      for (const key of keys) {
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
    });
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), keys: this.keys as never };
  }
}
