import { LayersModel } from "../../tf.js";
import type { Layer } from "./layer-type.js";

interface Disposed {
  readonly refCountAfterDispose: number;
  numDisposedVariables: number;
}

/** A model or a layer with what tfjs-layers keeps to itself. */
interface Counted {
  readonly _refCount: number;
  dispose(): Disposed;
}
interface Container extends Counted {
  readonly layers: readonly (Layer & Counted)[];
  readonly containerNodes?: ReadonlySet<string>;
}

/** How many of a layer's references are a model's: one a call, and one that a nested model has of being made. */
function referencesOf({ containerNodes }: Container, layer: Layer): number {
  const calls = layer.inboundNodes.filter((_, i) => containerNodes?.has(`${layer.name}_ib-${i}`));
  return Math.max(1, calls.length) + ("inputLayers" in layer ? 1 : 0);
}

/** Forgets calls of a new model's layers that lead to none of its outputs. */
export function forgetLostCalls(model: LayersModel): void {
  const container = model as unknown as Container;
  for (const layer of container.layers) {
    const references = referencesOf(container, layer);
    // An InputLayer has none.
    if (layer._refCount > references) Object.assign(layer, { _refCount: references });
  }
}

/**
 * Has a disposed model give back all its references to each layer. tfjs-layers: one, however often the model calls the
 * layer, so that its weights stay.
 */
export function installRelease(): void {
  const container = Object.getPrototypeOf(LayersModel.prototype) as Container;
  const { dispose } = container;
  container.dispose = function (this: Container) {
    const before = new Map(this.layers.map((layer) => [layer, layer._refCount]));
    const result = dispose.call(this);
    if (result.refCountAfterDispose > 0) return result;
    for (const [layer, count] of before) {
      const rest = count - referencesOf(this, layer);
      while (layer._refCount > Math.max(0, rest)) result.numDisposedVariables += layer.dispose().numDisposedVariables;
    }
    return result;
  };
}
