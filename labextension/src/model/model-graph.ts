import type { TranslationBundle } from "@jupyterlab/translation";
import type { Result } from "@litlab/sdk/rpc";
import type { Graph } from "../graph/graph.js";
import { settingText } from "../graph/side-panel.js";

/** A model as the service tells it. */
export type ModelGraph = Result<"models.graph">;
export type Weight = ModelGraph["nodes"][number]["weights"][number];

/** Of these every layer has the same, or they say nothing of what it computes. */
const UNSAID = new Set([
  "name",
  "trainable",
  "dtype",
  "batch_shape",
  "batch_input_shape",
  "sparse",
  "ragged",
  "optional",
]);
const LONGEST_LINE = 200;

/** Icons by what Keras calls a layer. */
const ICONS: readonly (readonly [pattern: RegExp, icon: string])[] = [
  [/^InputLayer$/, "input"],
  [/LSTM|GRU|RNN|Bidirectional|TimeDistributed/, "recurrent"],
  [/Conv/, "convolution"],
  [/Pool/, "pooling"],
  [/Attention/, "attention"],
  [/Normalization/, "normalization"],
  [/Dropout|Noise|Regularization/, "regularization"],
  [/^(Add|Subtract|Multiply|Average|Maximum|Minimum|Concatenate|Dot)$/, "merge"],
  [/Flatten|Reshape|Permute|RepeatVector|Padding|Cropping|UpSampling/, "shape"],
  [/Dense|Embedding/, "dense"],
  [/Activation|ReLU|ELU|Softmax|Sigmoid/i, "activation"],
  [/^(Functional|Sequential|Model)$/, "model"],
];

/** A model as a graph: its layers with what they are configured to, edges with the shapes that they carry. */
export function modelGraph(model: ModelGraph, trans: TranslationBundle): Graph {
  const parents = new Set(model.nodes.map(({ parent }) => parent));
  const nodes = model.nodes.map(({ id, title, type, parent, settings, parameters }) => ({
    id,
    title,
    type,
    icon: ICONS.find(([pattern]) => pattern.test(type))?.[1] ?? (parents.has(id) ? "model" : "layer"),
    lines: [...settingLines(settings), ...(parameters > 0 ? [parametersText(parameters, trans)] : [])],
    ...(parent !== undefined && { parent }),
  }));
  const edges = model.edges.map(({ from, to, shape }, i) => ({ id: String(i), from, to, label: shape }));
  return { nodes, edges, groups: [], direction: "down" };
}

const settingLines = (settings: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(settings)
    .filter(([name, value]) => !UNSAID.has(name) && isPlain(value))
    .map(([name, value]) => `${name}: ${settingText(value)}`.slice(0, LONGEST_LINE));

/** Numbers, texts, switches that are on, and short lists of such. */
const isPlain = (value: unknown): boolean =>
  typeof value === "number" ||
  (typeof value === "string" && value !== "linear") ||
  value === true ||
  (Array.isArray(value) && value.length > 0 && value.length <= 8 && value.every((each) => typeof each !== "object"));

export const parametersText = (count: number, trans: TranslationBundle): string =>
  trans._n("%2 parameter", "%2 parameters", count, count.toLocaleString());

/** How many numbers a tensor holds. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
