import { type Tensor, tidy } from "../../tf.js";
import { isRecord } from "../file/container.js";
import { sliceOfLambda } from "../lambda/slice-of-lambda.js";
import { getItem, type ItemKey } from "../operations/get-item.js";
import { inferShapes } from "../operations/infer-shapes.js";
import { KerasLayer, type LayerConfig, type Shape, single } from "./keras-layer.js";
import type { LayerContext } from "./layer-type.js";

/** A Lambda's config as Keras writes it; none of it is executed. */
interface LambdaConfig extends LayerConfig {
  readonly function?: unknown;
  readonly arguments?: unknown;
  readonly mask?: unknown;
}

type Run = (inputs: Tensor | Tensor[], settings: Readonly<Record<string, unknown>>) => Tensor | Tensor[];

/** Functions that layers run, by number: a config holds no function. */
const RUNS: Run[] = [];

/** What of `RUNS` takes a slice, and its keys. */
const SLICES = new WeakMap<Run, readonly ItemKey[]>();

/** Keras' Lambda: computes what was passed for it, or the slice that its bytecode takes. */
export class Lambda extends KerasLayer<LambdaConfig & { readonly run: number }> {
  static readonly className = "Lambda";

  /** The keys of the slice that it takes; undefined if it computes something else. */
  get slice(): readonly ItemKey[] | undefined {
    return SLICES.get(RUNS[this.config.run] as Run);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape | Shape[] {
    return inferShapes((inputs) => this.#compute(inputs.length === 1 ? single(inputs) : inputs), inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor | Tensor[] {
    return tidy(() => this.#compute(Array.isArray(inputs) && inputs.length === 1 ? single(inputs) : inputs));
  }

  #compute(inputs: Tensor | Tensor[]): Tensor | Tensor[] {
    const settings = this.config.arguments;
    return (RUNS[this.config.run] as Run)(inputs, isRecord(settings) ? settings : {});
  }
}

/** @throws LitModelError if nothing was passed for it and it takes no slice */
export function makeLambda(config: LambdaConfig, { path, layer, customObjects = {} }: LayerContext): Lambda {
  const names = [layer, isRecord(config.function) ? config.function.config : undefined];
  const name = names.find((key): key is string => typeof key === "string" && Object.hasOwn(customObjects, key));
  const run = name === undefined ? sliceOf(config, layer, path) : (customObjects[name] as Run);
  return new Lambda({ ...config, run: RUNS.push(run) - 1 });
}

function sliceOf(config: LambdaConfig, name: string, path: string): Run {
  const keys = sliceOfLambda({ ...config, name }, path);
  const run: Run = (inputs) => getItem(single(inputs), keys);
  SLICES.set(run, keys);
  return run;
}
