import { applyToInputs, isTensor } from "../../calls.js";
import type { KerasNode } from "../../file/container.js";
import { count, refuse, required, type Setting } from "../../settings/setting.js";
import { layerNode, makeInner, nodeOf } from "../inner-layer.js";
import { type LayerContext, type LayerType, ownType } from "../layer-type.js";
import { placesOf } from "../places.js";
import { applyRecurrent, givenRecurrent, RECURRENT_PARAMETERS } from "../recurrent/apply-recurrent.js";
import { Rnn } from "../recurrent/rnn.js";
import { Bidirectional, type BidirectionalConfig } from "./bidirectional.js";
import { SpectralNormalization, type SpectralNormalizationConfig } from "./spectral-normalization.js";
import { TimeDistributed, type TimeDistributedConfig } from "./time-distributed.js";

const MODES: readonly unknown[] = ["concat", "sum", "ave", "mul", null];

const mergeMode: Setting = {
  load: (value, where) =>
    MODES.includes(value) ? value : refuse(where, `has the merge_mode ${JSON.stringify(value)}, which does not load`),
  save: (value) => value,
};

const optionalLayer: Setting = {
  ...layerNode,
  load: (value, where) => (value === null ? undefined : layerNode.load(value, where)),
};

interface BidirectionalNodes {
  readonly layer?: KerasNode;
  readonly backwardLayer?: KerasNode | null;
}

/** Without a backward layer of its own, the forward layer's turned round. Both give zeros at masked steps of sequences. */
function makeBidirectional(
  { layer: node, backwardLayer, ...config }: BidirectionalNodes,
  context: LayerContext,
): Bidirectional {
  const layer = nodeOf(node, context);
  const name = String(layer.config.name);
  const reversed = { ...layer.config, go_backwards: layer.config.go_backwards !== true, name: `backward_${name}` };
  const make = (node: KerasNode) => {
    const shown = { ...node.config, zero_output_for_mask: node.config.return_sequences === true };
    const made = makeInner({ ...node, config: shown }, context);
    return made instanceof Rnn ? made : refuse(context, `wraps a ${node.class_name}, which does not load`);
  };
  const layers = [make(layer), make(backwardLayer ?? { ...layer, config: reversed })] as const;
  for (const key of ["stateful", "returnSequences", "returnState"] as const)
    if ((layers[0].config[key] ?? false) !== (layers[1].config[key] ?? false))
      refuse(context, `has a backward layer whose ${key} is another than the forward layer's`);
  return new Bidirectional({ ...config, layer: layers[0], backwardLayer: layers[1] } as BidirectionalConfig);
}

/** Layers around a layer. */
export const WRAPPERS: readonly LayerType[] = [
  {
    ...ownType<BidirectionalConfig>(Bidirectional, {
      settings: { layer: required(layerNode), backward_layer: optionalLayer, merge_mode: mergeMode },
      parameters: RECURRENT_PARAMETERS,
      apply: applyRecurrent,
      given: givenRecurrent,
      places: placesOf,
    }),
    make: makeBidirectional as never as LayerType["make"],
  },
  {
    ...ownType<TimeDistributedConfig>(TimeDistributed, {
      settings: { layer: required(layerNode) },
      parameters: ["inputs", "training", "mask"],
      apply: (layer, { inputs, mask, ...others }, where) =>
        applyToInputs(layer, { inputs: isTensor(mask) ? [inputs, mask] : inputs, ...others }, where),
      given: (_, [inputs, mask]) => (mask ? { inputs, mask } : { inputs }),
      places: placesOf,
    }),
    make: ((config: { readonly layer: KerasNode }, context: LayerContext) =>
      new TimeDistributed({ ...config, layer: makeInner(config.layer, context) })) as LayerType["make"],
  },
  {
    ...ownType<SpectralNormalizationConfig>(SpectralNormalization, {
      settings: { layer: required(layerNode), power_iterations: required(count) },
      places: placesOf,
    }),
    make: ((config: { readonly layer: KerasNode }, context: LayerContext) =>
      new SpectralNormalization({ ...config, layer: makeInner(config.layer, context) })) as LayerType["make"],
  },
];
