import { activation } from "../settings/activations.js";
import { constraint } from "../settings/constraints.js";
import { initializer } from "../settings/initializers.js";
import { regularizer } from "../settings/regularizers.js";
import { count, dataFormat, flag, padding, required, type Setting, unsupported, word } from "../settings/setting.js";
import { type LayerType, ownType } from "./layer-type.js";
import {
  Convolution,
  type ConvolutionConfig,
  type ConvolutionLayer,
  DepthwiseConvolution,
  SeparableConvolution,
  TransposedConvolution,
} from "./spatial/convolution-layer.js";
import { named } from "./spatial/named.js";
import { sizes } from "./spatial/window.js";

type Settings = Readonly<Record<string, Setting>>;
const weight = (name: string): Settings => ({
  [`${name}_initializer`]: initializer,
  [`${name}_regularizer`]: regularizer,
  [`${name}_constraint`]: constraint,
});

const type = <Config extends ConvolutionConfig>(
  className: string,
  layer: new (config: Config) => ConvolutionLayer<Config>,
  axes: number,
  settings: Settings,
): LayerType =>
  ownType(named(className, layer), {
    settings: {
      kernel_size: required(sizes(axes)),
      strides: sizes(axes),
      padding: axes === 1 ? padding : word("valid", "same"),
      data_format: dataFormat,
      dilation_rate: sizes(axes),
      activation,
      use_bias: flag,
      ...weight("bias"),
      activity_regularizer: regularizer,
      ...settings,
    },
  });

const kernel: Settings = {
  filters: required(count),
  ...weight("kernel"),
  lora_rank: unsupported("lora_rank"),
};

const depthwise: Settings = { depth_multiplier: count, ...weight("depthwise") };
const separable: Settings = { filters: required(count), ...depthwise, ...weight("pointwise") };

/** Layers that slide a kernel over one to three spatial axes. */
export const CONVOLUTION: readonly LayerType[] = [1, 2, 3].flatMap((axes) => [
  type(`Conv${axes}D`, Convolution, axes, { ...kernel, groups: count }),
  type(`Conv${axes}DTranspose`, TransposedConvolution, axes, { ...kernel, output_padding: sizes(axes, 0) }),
  ...(axes === 3
    ? []
    : [
        type(`DepthwiseConv${axes}D`, DepthwiseConvolution, axes, depthwise),
        type(`SeparableConv${axes}D`, SeparableConvolution, axes, separable),
      ]),
]);
