import type { LayersModel } from "../../tf.js";
import { snakeCase } from "../weights.js";
import { CUSTOM_TYPES } from "./custom-type.js";
import { OuterLayer } from "./inner-layer.js";
import type { Layer } from "./layer-type.js";
import { LAYER_TYPES, pythonNameOf } from "./layer-types.js";

type Weight = Layer["weights"][number];
type Place = string | readonly string[];

/** Where `.keras` keeps the weights of a layer with layers within it, in the order of `layer.weights`. */
export function placesOf(layer: Layer): Place[] {
  const places = new Map(placed(layer, ""));
  return layer.weights.map((weight) => places.get(weight) as Place);
}

function placed(layer: Layer, prefix: string): [Weight, Place][] {
  if ("inputLayers" in layer) {
    const { layers } = layer as LayersModel;
    const name = counted();
    return layers.flatMap((inner) => placed(inner, `${prefix}layers/${name(inner)}/`));
  }
  const { inner, shared } =
    layer instanceof OuterLayer ? layer : { inner: stockInner(layer as Partial<StockOuter>), shared: [] };
  if (inner.size > 0) {
    const places = new Map([...inner].flatMap(([place, layer]) => placed(layer, `${prefix}${place}/`)));
    const own = [...shared, ...layer.weights.filter((weight) => !places.has(weight))];
    for (const [i, weight] of own.entries())
      places.set(weight, [places.get(weight) ?? [], `${prefix}vars/${i}`].flat());
    return [...places];
  }
  const type = CUSTOM_TYPES.get(layer) ?? LAYER_TYPES.get(layer.getClassName());
  // A cell has no layers within it: its places are its own.
  const places = type?.places === placesOf ? undefined : type?.places?.(layer);
  return layer.weights.map((weight, i) => {
    const place = places?.[i] ?? `vars/${i}`;
    return [weight, typeof place === "string" ? `${prefix}${place}` : place.map((each) => `${prefix}${each}`)];
  });
}

/** tfjs-layers' own recurrent layers and wrappers. */
interface StockOuter {
  readonly cell: Layer;
  readonly cells: readonly Layer[];
  readonly layer: Layer;
  readonly forwardLayer: Layer;
  readonly backwardLayer: Layer;
}

function stockInner({ cell, cells = [], layer, forwardLayer, backwardLayer }: Partial<StockOuter>): Map<string, Layer> {
  const name = counted();
  const found: [string, Layer | undefined][] = [
    ["cell", cell],
    ...cells.map((each): [string, Layer] => [`cells/${name(each)}`, each]),
    ["layer", layer],
    ["forward_layer", forwardLayer],
    ["backward_layer", backwardLayer],
  ];
  return new Map(found.filter((entry): entry is [string, Layer] => entry[1] !== undefined));
}

/** Names groups as Keras does: by class, the second of a class with `_1`. */
export function counted(): (layer: Layer) => string {
  const counts = new Map<string, number>();
  return (layer) => {
    const name = CUSTOM_TYPES.get(layer)?.className ?? layer.getClassName();
    const snake = snakeCase(name === "Model" ? "Functional" : pythonNameOf(name));
    const count = counts.get(snake) ?? 0;
    counts.set(snake, count + 1);
    return count === 0 ? snake : `${snake}_${count}`;
  };
}
