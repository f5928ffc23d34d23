import { isModelNode } from "../../keras/build-model.js";
import {
  type KerasContainer,
  type KerasNode,
  legacyWeights,
  type StoredArray,
  type StoredGroup,
} from "../../keras/file/container.js";
import { pythonNameOf } from "../../keras/layers/layer-types.js";
import { nameOf, type Origin } from "../../keras/make-layer.js";
import { isOperation } from "../../keras/operations/make-operation.js";
import { arrayAt, arraysOf, snakeCase } from "../../keras/weights.js";

/** The arrays of a layer, found by the file's names alone: for models that cannot be put together. */
export interface Stored {
  readonly arrays: readonly { readonly name: string; readonly array: StoredArray }[];
  /** What belongs to each layer of a model. */
  of(model: KerasNode, layers: readonly KerasNode[], origin: Origin): readonly Stored[];
  /** What belongs to a layer within it. */
  within(place: string): Stored;
}

/** Where a file's weights are. */
export function storedOf({ layout, weights }: KerasContainer): Stored {
  return layout === "keras" ? inGroup(weights) : byName(legacyWeights(weights), undefined);
}

/** `layers/<class>[_n]/vars/N`, counted by class or named by an attribute. */
function inGroup(group: StoredGroup | undefined): Stored {
  return {
    get arrays() {
      return group ? arraysOf(group).map(([name, array]) => ({ name, array })) : [];
    },
    of(model, layers, origin) {
      const found = group?.groups.get("layers") ?? group?.groups.get("_layer_checkpoint_dependencies");
      const named = new Map(
        [...(found?.groups.values() ?? [])].map((each) => [each.groups.get("vars")?.texts.get("name")?.[0], each]),
      );
      const counts = new Map<string, number>();
      return layers.map((layer) => {
        if (isOperation(layer) || (model.class_name === "Sequential" && layer.class_name === "InputLayer"))
          return inGroup(undefined);
        const snake = snakeCase(pythonNameOf(layer.class_name));
        const count = counts.get(snake) ?? 0;
        counts.set(snake, count + 1);
        const counted = found?.groups.get(count === 0 ? snake : `${snake}_${count}`);
        return inGroup(named.get(nameOf(layer, origin)) ?? counted);
      });
    },
    within: (place) => inGroup(group?.groups.get(place)),
  };
}

/** `<layer>/<weight>` as the attribute weight_names lists them; a nested model's hold its layers' names. */
function byName(root: StoredGroup, prefix: string | undefined): Stored {
  const group = prefix === undefined ? undefined : root.groups.get(prefix);
  const listed = (group?.texts.get("weight_names") ?? []).flatMap((name) => {
    const array = group && arrayAt(group, name);
    return array ? [{ name: name.split("/").at(-1)?.replace(/:\d+$/, "") ?? name, array }] : [];
  });
  const stored: Stored = {
    arrays: listed,
    of: (_, layers, origin) =>
      layers.map((layer) => (prefix === undefined || isModelNode(layer) ? byName(root, nameOf(layer, origin)) : EMPTY)),
    within: () => stored,
  };
  return stored;
}

const EMPTY: Stored = { arrays: [], of: (_, layers) => layers.map(() => EMPTY), within: () => EMPTY };
