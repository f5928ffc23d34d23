import fc from "fast-check";
import type { Case } from "./oracle.js";

/** One of Python's tuples. */
const tuple = (values: readonly number[]): string => `(${values.map((value) => `${value}, `).join("")})`;

const lengths = (axes: number, max: number, min = 1): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min, max }), { minLength: axes, maxLength: axes });

const format = fc.constantFrom("channels_last", "channels_first");
const flag = fc.constantFrom("True", "False");

/** A model of one input of this shape and these layers of Python, which all get the same trained values, zeros among them. */
export const branches = (name: string, shape: string, layers: readonly string[]): Case => ({
  name,
  code: `
x = L.Input(${shape})
y = L.Dense(6, activation='relu')(x)
keras.Model(x, [${layers.map((layer) => `${layer}(y)`).join(", ")}])`,
});

/** Any pooling layer over so many axes. */
export const anyPooling = (axes: number): fc.Arbitrary<string> =>
  fc
    .record({
      mode: fc.constantFrom("Max", "Average"),
      kind: fc.constantFrom("", "", "Global", "Adaptive"),
      size: (axes === 3 ? fc.constantFrom([1, 2, 2], [2, 1, 2], [2, 2, 1]) : lengths(axes, 3)).map(tuple),
      strides: fc.option(lengths(axes, 3).map(tuple), { nil: "None" }),
      padding: fc.constantFrom("valid", "same"),
      format,
      keepdims: flag,
    })
    .map(({ mode, kind, size, strides, padding, format, keepdims }) => {
      const settings: Record<string, string> = {
        "": `${size}, strides=${strides}, padding='${padding}'`,
        Global: `keepdims=${keepdims}`,
        Adaptive: size,
      };
      return `L.${kind}${mode}Pooling${axes}D(${settings[kind]}, data_format='${format}')`;
    });

/** Any convolution over so many axes; its input has an even number of channels, wherever they are. */
export const anyConvolution = (axes: number): fc.Arbitrary<string> =>
  fc
    .record({
      kind: fc.constantFrom("Conv", "Transpose", ...(axes === 3 ? [] : ["Depthwise", "Separable"])),
      size: lengths(axes, axes === 3 ? 2 : 3),
      strides: lengths(axes, 3),
      dilation: lengths(axes, 2),
      slides: fc.constantFrom("strides", "dilation_rate", "both"),
      padding: fc.constantFrom("valid", "same", ...(axes === 1 ? ["causal"] : [])),
      output: fc.boolean(),
      groups: fc.constantFrom(1, 2),
      multiplier: fc.constantFrom(1, 2),
      format,
      useBias: flag,
      activation: fc.constantFrom("None", "'tanh'", "'softmax'"),
    })
    .map(
      ({ kind, size, strides, dilation, slides, padding, output, groups, multiplier, format, useBias, activation }) => {
        const isDepthwise = kind === "Depthwise" || kind === "Separable";
        const settings = [
          ...(kind === "Depthwise" ? [] : ["4"]),
          tuple(size),
          ...(slides === "strides" || (slides === "both" && isDepthwise) ? [`strides=${tuple(strides)}`] : []),
          ...(slides === "dilation_rate" || (slides === "both" && isDepthwise)
            ? [`dilation_rate=${tuple(dilation)}`]
            : []),
          ...(padding === "causal" && kind !== "Conv" ? [] : [`padding='${padding}'`]),
          ...(kind === "Conv" ? [`groups=${groups}`] : []),
          ...(kind === "Transpose" && output && slides === "strides"
            ? [`output_padding=${tuple(strides.map((stride) => stride - 1))}`]
            : []),
          ...(isDepthwise ? [`depth_multiplier=${multiplier}`] : []),
          `data_format='${format}'`,
          `use_bias=${useBias}`,
          `activation=${activation}`,
        ];
        const name = kind === "Transpose" ? `Conv${axes}DTranspose` : `${isDepthwise ? `${kind}Conv` : kind}${axes}D`;
        return `L.${name}(${settings.join(", ")})`;
      },
    );

/** Any padding, cropping or upsampling over so many axes, each at least 3 long. */
export const anyFrame = (axes: number): fc.Arbitrary<string> =>
  fc
    .record({
      kind: fc.constantFrom("ZeroPadding", "Cropping", "UpSampling"),
      margins: fc.array(lengths(2, 2, 0), { minLength: axes, maxLength: axes }),
      sizes: lengths(axes, 3),
      format,
      interpolation: fc.constantFrom("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"),
    })
    .map(({ kind, margins, sizes, format, interpolation }) => {
      // At least one value of three is left.
      const left = margins.map(([before = 0, after = 0]) =>
        tuple([before, kind === "Cropping" && before > 0 ? 0 : after]),
      );
      const value =
        kind === "UpSampling" ? (axes === 1 ? sizes[0] : tuple(sizes)) : axes === 1 ? left[0] : `(${left.join(", ")})`;
      const hasFormat = axes > 1 || kind === "ZeroPadding";
      const settings = [
        value,
        ...(hasFormat ? [`data_format='${format}'`] : []),
        ...(kind === "UpSampling" && axes === 2 ? [`interpolation='${interpolation}'`] : []),
      ];
      return `L.${kind}${axes}D(${settings.join(", ")})`;
    });

/** An input's shape for one, two and three spatial axes. */
export const SHAPES = ["(6, 3)", "(6, 5, 3)", "(4, 3, 3, 3)"];
