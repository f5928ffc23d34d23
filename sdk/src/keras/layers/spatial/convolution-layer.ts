import { add, cast, type Tensor, tidy } from "../../../tf.js";
import { type Activation, getActivation } from "../../settings/activations.js";
import { type Kwargs, type LayerConfig, type Shape, singleShape, type Weight } from "../keras-layer.js";
import { convolve, convolveDepthwise, convolveSeparable, convolveTransposed, transposedMargins } from "./convolve.js";
import { type SpatialConfig, SpatialLayer } from "./spatial-layer.js";
import { outputLengths, reaches, type Window, type WindowConfig, windowOf } from "./window.js";

export interface ConvolutionConfig extends SpatialConfig, WindowConfig {
  /** The kernel's length on each spatial axis. */
  readonly kernelSize: readonly number[];
  readonly activation?: string;
  /** Whether a weight `bias` is added to each output channel; default true. */
  readonly useBias?: boolean;
}

/** A layer that convolves, adds a bias and applies an activation. */
export abstract class ConvolutionLayer<Config extends ConvolutionConfig> extends SpatialLayer<Config> {
  protected readonly window: Window;
  readonly #activation: Activation;
  #kernels: readonly Weight[] = [];
  #bias?: Weight;

  constructor(config: Config & LayerConfig) {
    super(config);
    this.window = windowOf(config.kernelSize, config);
    this.#activation = getActivation(config.activation ?? "linear");
  }

  /** How many channels come out of so many. */
  protected abstract filtersOf(channels: number): number;
  /** The shapes of the kernels by their names, for so many input channels. */
  protected abstract kernelShapes(channels: number): Readonly<Record<string, number[]>>;
  protected abstract convolve(x: Tensor, ...kernels: Tensor[]): Tensor;

  override build(inputShape: Shape | Shape[]): void {
    const channels = this.channelsLast(singleShape(inputShape)).at(-1) ?? null;
    if (channels === null) throw new Error(`the channels of ${this.name}'s input are open`);
    this.#kernels = Object.entries(this.kernelShapes(channels)).map(([name, shape]) =>
      this.addNamedWeight(name, shape, "glorotUniform"),
    );
    if (this.config.useBias !== false) this.#bias = this.addNamedWeight("bias", [this.filtersOf(channels)], "zeros");
    super.build(inputShape);
  }

  protected shapeOf([batch = null, ...rest]: Shape): Shape {
    return [batch, ...outputLengths(this.window, rest.slice(0, -1)), this.filtersOf(rest.at(-1) ?? 0)];
  }

  protected run(x: Tensor): Tensor {
    const output = this.convolve(cast(x, "float32"), ...this.#kernels.map((kernel) => kernel.read()));
    return this.#bias ? add(output, this.#bias.read()) : output;
  }

  // The last axis of a softmax is the output's, wherever its channels are.
  override call(inputs: Tensor | Tensor[], kwargs: Kwargs): Tensor {
    return tidy(() => this.#activation.apply(super.call(inputs, kwargs)));
  }
}

interface KernelConfig extends ConvolutionConfig {
  readonly filters: number;
  /** Input channels and filters fall into so many parts that do not mix; default 1. */
  readonly groups?: number;
}

/** Keras' Conv1D, Conv2D and Conv3D. */
export class Convolution extends ConvolutionLayer<KernelConfig> {
  protected filtersOf(): number {
    return this.config.filters;
  }

  protected kernelShapes(channels: number) {
    const { kernelSize, filters, groups = 1 } = this.config;
    return { kernel: [...kernelSize, channels / groups, filters] };
  }

  protected convolve(x: Tensor, kernel: Tensor): Tensor {
    return convolve(x, kernel, this.window);
  }
}

interface TransposedConfig extends ConvolutionConfig {
  readonly filters: number;
  /** What is added to the output's length on each axis; by default the output is `strides` times as long. */
  readonly outputPadding?: readonly number[];
}

/** Keras' Conv1DTranspose, Conv2DTranspose and Conv3DTranspose. */
export class TransposedConvolution extends ConvolutionLayer<TransposedConfig> {
  protected filtersOf(): number {
    return this.config.filters;
  }

  protected kernelShapes(channels: number) {
    return { kernel: [...this.config.kernelSize, this.config.filters, channels] };
  }

  protected override shapeOf([batch = null, ...rest]: Shape): Shape {
    const { strides } = this.window;
    const [margins, reach] = [transposedMargins(this.window, this.config.outputPadding), reaches(this.window)];
    const lengths = margins.map(([before, after], i) => {
      const length = rest[i] ?? null;
      return length === null ? null : (length - 1) * (strides[i] as number) + 2 + before + after - (reach[i] as number);
    });
    return [batch, ...lengths, this.config.filters];
  }

  protected convolve(x: Tensor, kernel: Tensor): Tensor {
    return convolveTransposed(x, kernel, this.window, this.config.outputPadding);
  }
}

interface DepthwiseConfig extends ConvolutionConfig {
  /** How many output channels each input channel has; default 1. */
  readonly depthMultiplier?: number;
}

/** Keras' DepthwiseConv1D and DepthwiseConv2D. */
export class DepthwiseConvolution extends ConvolutionLayer<DepthwiseConfig> {
  protected filtersOf(channels: number): number {
    return channels * (this.config.depthMultiplier ?? 1);
  }

  protected kernelShapes(channels: number) {
    const { kernelSize, depthMultiplier = 1 } = this.config;
    return { depthwise: [...kernelSize, channels, depthMultiplier] };
  }

  protected convolve(x: Tensor, kernel: Tensor): Tensor {
    return convolveDepthwise(x, kernel, this.window);
  }
}

interface SeparableConfig extends DepthwiseConfig {
  readonly filters: number;
}

/** Keras' SeparableConv1D and SeparableConv2D: each channel apart, then the channels of each position mixed. */
export class SeparableConvolution extends ConvolutionLayer<SeparableConfig> {
  protected filtersOf(): number {
    return this.config.filters;
  }

  protected kernelShapes(channels: number) {
    const { kernelSize, depthMultiplier = 1, filters } = this.config;
    return {
      depthwise: [...kernelSize, channels, depthMultiplier],
      pointwise: [...kernelSize.map(() => 1), channels * depthMultiplier, filters],
    };
  }

  protected convolve(x: Tensor, depthwise: Tensor, pointwise: Tensor): Tensor {
    return convolveSeparable(x, depthwise, pointwise, this.window);
  }
}
