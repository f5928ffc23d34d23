import type { LayersModel, SymbolicTensor } from "../../tf.js";
import { countLayer } from "../build-limits.js";
import { isRecord } from "../file/container.js";
import { Identity } from "./identity.js";

/** What a model keeps of each output, some of it for itself. */
const KEPT = [
  "outputNames",
  "outputLayers",
  "outputLayersNodeIndices",
  "outputLayersTensorIndices",
  "internalOutputShapes",
] as const;

type Kept = Record<(typeof KEPT)[number], readonly unknown[]>;

/** The same tensor once more. Its layer is none of the model (see `Remask`). */
function copyOf(tensor: SymbolicTensor): SymbolicTensor {
  countLayer();
  return Object.assign(new Identity({}).apply(tensor) as SymbolicTensor, { dtype: tensor.dtype });
}

/**
 * Gives a model all its outputs, some of them several times; it is made with each once. tfjs-layers' executor gives a
 * tensor once only, so the others are copies.
 * @param structure how the outputs are given in Python: a record's keys, which losses may name, become the outputs' names
 * @returns the structure, of a record the last key first: an output's last key is what Keras calls its loss
 */
export function repeatOutputs(model: LayersModel, outputs: readonly SymbolicTensor[], structure: unknown): unknown {
  const unique = new Map(model.outputs.map((output, place) => [output, place]));
  if (unique.size === outputs.length) return structure;
  const kept = model as unknown as Kept;
  const repeated = KEPT.map((key) => [key, outputs.map((output) => kept[key][unique.get(output) as number])]);
  const seen = new Set<SymbolicTensor>();
  const tensors = outputs.map((output) => (seen.size === seen.add(output).size ? copyOf(output) : output));
  Object.assign(model, Object.fromEntries(repeated), { outputs: tensors });
  Object.assign(model.inboundNodes[0] as object, {
    outputTensors: tensors,
    outputMasks: tensors.map(() => null),
    outputShapes: tensors.map(({ shape }) => shape),
  });
  if (!isRecord(structure)) return structure;
  const entries = Object.entries(structure);
  if (entries.length === outputs.length) Object.assign(model, { outputNames: entries.map(([key]) => key) });
  return Object.fromEntries(entries.reverse());
}
