import type { LayersModel, layers } from "@tensorflow/tfjs-layers";
import { isModelLayer } from "../keras/layers/layer-type.js";
import { sizeOf } from "../tensors/size-of.js";

export type Layer = layers.Layer;
/** One call of a layer: the tensors that it takes and gives. */
export type LayerCall = Layer["inboundNodes"][number];
type Weight = Layer["weights"][number];
type Shape = readonly (number | null)[];

/** What a summary says of one layer, as Keras writes it. */
export interface LayerSummary {
  /** How many models it is nested in, below the one that is summarised. */
  readonly level: number;
  readonly name: string;
  readonly className: string;
  readonly shape: string;
  readonly parameters: string;
  /** The tensors that it takes, `name[call][output]`; `-` if there are none. */
  readonly connections: string;
  /** `Y`, `N`, or `-` for a layer without weights. */
  readonly trainable: string;
}

/** Classes that bear another name in Keras. */
const KERAS_NAMES: Readonly<Record<string, string>> = {
  Model: "Functional",
  GroupQueryAttention: "GroupedQueryAttention",
};

/** The name of a layer's, an operation's or a model's class in Keras. */
export function kerasClassOf(layer: Layer): string {
  const name = layer.getClassName();
  if (name === "KerasOperation") return String(layer.getConfig().operation);
  return KERAS_NAMES[name] ?? name;
}

/** A model's layers as Keras lists them: a Sequential model's input is not one of them. */
export const layersOf = (model: LayersModel): readonly Layer[] =>
  model.getClassName() === "Sequential"
    ? model.layers.filter((layer) => layer.getClassName() !== "InputLayer")
    : model.layers;

/** The calls that make up a model, each after those whose tensors it takes. */
export function callsOf(model: LayersModel): readonly LayerCall[] {
  if (!model.built && model.layers.length > 0) model.build(model.inputs.map(({ shape }) => shape));
  return Object.entries(model.nodesByDepth)
    .sort(([a], [b]) => Number(b) - Number(a))
    .flatMap(([, calls]) => calls);
}

/** The shape of one tensor, `(None, 4)`, or of several, `[(None, 4), (None, 2)]`. */
export function shapeText(tensors: readonly { readonly shape: Shape }[]): string {
  const texts = tensors.map(({ shape }) => `(${shape.map((length) => length ?? "None").join(", ")})`);
  return texts.length === 1 ? (texts[0] as string) : `[${texts.join(", ")}]`;
}

const COUNT = new Intl.NumberFormat("en-US");

/** `1234567` as `1,234,567`. */
export const formatCount = (count: number): string => COUNT.format(count);

const countOf = (weights: Iterable<{ readonly shape: Shape }>): number =>
  [...weights].reduce((sum, { shape }) => sum + sizeOf(shape.map((length) => length ?? 1)), 0);

/** How many parameters a model has and their size: `27 (108.00 B)`. Each takes four bytes. */
function sized(count: number): string {
  let size = count * 4;
  let unit = 0;
  for (; size >= 1024 && unit < 5; unit++) size /= 1024;
  return `${formatCount(count)} (${size.toFixed(2)} ${["B", "KB", "MB", "GB", "TB", "PB"][unit]})`;
}

/** A model's parameters, those of a compiled model's optimizer among them once it has made a step. */
export function totalsOf(model: LayersModel): { readonly [name in "Total" | "Trainable"]: string } & {
  readonly [name in "Non-trainable" | "Optimizer"]?: string;
} {
  const optimizer = model.optimizer as
    | { readonly iterations: number; state?(): readonly { readonly shape: Shape }[] }
    | undefined;
  const trainable = countOf(new Set<Weight>(model.trainableWeights));
  const fixed = countOf(new Set<Weight>(model.nonTrainableWeights));
  const state = optimizer?.state && optimizer.iterations > 0 ? countOf(optimizer.state()) : undefined;
  return {
    Total: sized(trainable + fixed + (state ?? 0)),
    Trainable: sized(trainable),
    "Non-trainable": sized(fixed),
    ...(state !== undefined && { Optimizer: sized(state) }),
  };
}

/** Whether every layer of a model takes what the one before gives. */
export function isChain(model: LayersModel): boolean {
  if (model.getClassName() === "Sequential") return true;
  const calls = callsOf(model);
  return (
    Object.values(model.nodesByDepth).every((level) => level.length === 1) &&
    calls.every(({ inputTensors }) => inputTensors.length <= 1) &&
    new Set(calls.map(({ outboundLayer }) => outboundLayer)).size === calls.length
  );
}

/** A model's layers, with those of its nested models if asked for. */
export function summarizeLayers(model: LayersModel, expandNested = false): readonly LayerSummary[] {
  const calls = new Set(callsOf(model));
  const summarize = (layer: Layer, level: number): LayerSummary[] => {
    const { weights } = layer;
    const own: LayerSummary = {
      level,
      name: layer.name,
      className: kerasClassOf(layer),
      shape: shapeText(layer.inboundNodes.at(-1)?.outputTensors ?? []),
      parameters: formatCount(countOf(new Set(weights))),
      connections: connectionsOf(layer, calls),
      trainable: weights.length === 0 ? "-" : layer.trainable ? "Y" : "N",
    };
    const nested = expandNested && isModelLayer(layer) ? layersOf(layer) : [];
    return [own, ...nested.flatMap((inner) => summarize(inner, level + 1))];
  };
  return layersOf(model).flatMap((layer) => summarize(layer, 0));
}

function connectionsOf(layer: Layer, calls: ReadonlySet<LayerCall>): string {
  const own = layer.inboundNodes.filter((call) => calls.has(call));
  const texts = own.flatMap(({ inboundLayers, nodeIndices, tensorIndices }) =>
    inboundLayers.map((source, i) => {
      // The first call of a nested model is the one within it.
      const call = (nodeIndices[i] ?? 0) - (isModelLayer(source) ? 1 : 0);
      return `${source.name}[${call}][${tensorIndices[i]}]`;
    }),
  );
  return texts.join(", ") || "-";
}

/** How `model.summary()` is laid out. */
export interface SummaryOptions {
  /** Default as in Keras: 88, or 108 with connections, at most what the terminal shows. */
  readonly lineLength?: number | undefined;
  /** Where each column ends, in parts of the line or in characters. */
  readonly positions?: readonly number[] | undefined;
  readonly expandNested?: boolean | undefined;
  readonly showTrainable?: boolean | undefined;
}

/**
 * A model's summary as Keras 3 prints it. What is longer than its column goes on in the next line, where Keras cuts it
 * off.
 */
export function summaryText(model: LayersModel, options: SummaryOptions = {}): string {
  const { expandNested = false, showTrainable = false } = options;
  const chain = isChain(model);
  const rows = summarizeLayers(model, expandNested).map((layer) => [
    `${layer.level > 0 ? `${"   ".repeat(layer.level)}└ ` : ""}${layer.name} (${layer.className})`,
    layer.shape,
    layer.parameters,
    ...(chain ? [] : [layer.connections]),
    ...(showTrainable ? [layer.trainable] : []),
  ]);
  const head = ["Layer (type)", "Output Shape", "Param #", ...(chain ? [] : ["Connected to"])];
  const parts = chain ? [0.45, 0.8, 1] : [0.3, 0.56, 0.74, 1];
  const terminal = Number(process.env.COLUMNS) || process.stdout.columns || 80;
  const length = options.lineLength ?? Math.min((chain ? 88 : 108) + (showTrainable ? 12 : 0), terminal - 4);
  let ends = options.positions ?? parts;
  if (showTrainable) {
    head.push("Trainable");
    ends = options.positions ?? [...parts.map((part) => part * 0.9), 1];
  }
  const isRelative = (ends.at(-1) ?? 1) <= 1;
  const columns = ends.map((end) => Math.floor(isRelative ? end * length : end));
  const widths = fitWidths(
    columns.map((end, i) => end - (columns[i - 1] ?? 0)),
    columns.at(-1) ?? length,
  );
  const totals = Object.entries(totalsOf(model)).map(([name, text]) => ` ${name} params: ${text}`);
  return [`Model: "${oneLine(model.name)}"`, ...boxTable(head, rows, widths), ...totals].join("\n");
}

/** What rich, which draws Keras' table, leaves of the columns for text, beside lines and padding. */
function fitWidths(columns: readonly number[], length: number): number[] {
  let excess = columns.reduce((sum, width) => sum + width + 2, 0) - (length - columns.length - 1);
  return columns.map((width, i) => {
    const less = Math.round(excess / (columns.length - i));
    excess -= less;
    return Math.max(4, width - less);
  });
}

/** A table in rich's HEAVY_HEAD box, a line between rows; the third column to the right, the fifth centred. */
function boxTable(head: readonly string[], rows: readonly (readonly string[])[], widths: readonly number[]): string[] {
  const rule = (left: string, fill: string, cross: string, right: string) =>
    left + widths.map((width) => fill.repeat(width + 2)).join(cross) + right;
  const align = (text: string, column: number): string => {
    const width = widths[column] ?? 0;
    if (column === 2) return text.padStart(width);
    if (head[column] !== "Trainable") return text.padEnd(width);
    return text.padStart(text.length + Math.floor((width - text.length) / 2)).padEnd(width);
  };
  const draw = (row: readonly string[], bar: string): string[] => {
    const cells = row.map((cell, column) => wrap(oneLine(cell), widths[column] ?? 4));
    const height = Math.max(...cells.map(({ length }) => length));
    return Array.from(
      { length: height },
      (_, k) => `${bar} ${cells.map((lines, column) => align(lines[k] ?? "", column)).join(` ${bar} `)} ${bar}`,
    );
  };
  return [
    rule("┏", "━", "┳", "┓"),
    ...draw(head, "┃"),
    rule("┡", "━", "╇", "┩"),
    ...rows.flatMap((row, i) => [...(i > 0 ? [rule("├", "─", "┼", "┤")] : []), ...draw(row, "│")]),
    rule("└", "─", "┴", "┘"),
  ];
}

const oneLine = (text: string): string => text.replace(/\p{Cc}/gu, " ");

/** Text in lines of a width, broken between words, and within those that are longer. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (let word of text.match(/\s*\S+\s*/g) ?? []) {
    if (line.length + word.trimEnd().length > width) {
      if (line) lines.push(line);
      for (; word.trimEnd().length > width; word = word.slice(width)) lines.push(word.slice(0, width));
      line = word;
    } else line += word;
  }
  return [...lines, line].map((each) => each.trimEnd());
}
