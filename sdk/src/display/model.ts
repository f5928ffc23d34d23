import type { LayersModel } from "@tensorflow/tfjs-layers";
import { getBackend } from "../../tfjs/core.js";
import { currentDevice } from "../devices/current-device.js";
import { besideGraph } from "./graph-drawing.js";
import { htmlTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";
import { modelGraph } from "./model-graph.js";
import { formatCount, isChain, layersOf, summarizeLayers, summaryText, totalsOf } from "./model-summary.js";

/** A card's table lists these many layers. */
const MOST_ROWS = 400;

/** A model as Keras' summary, and as a card: its layers with output shapes, parameters and connections, and their graph. */
export function modelBundle(model: LayersModel): MimeBundle {
  return { "text/html": modelCard(model), "text/plain": summaryText(model) };
}

function modelCard(model: LayersModel): string {
  const chain = isChain(model);
  const layers = summarizeLayers(model, true);
  const rows = layers
    .slice(0, MOST_ROWS)
    .map(({ level, name, className, shape, parameters, connections }) => [
      `${"\u2003".repeat(level)}${level > 0 ? "└ " : ""}${name}`,
      className,
      shape,
      parameters,
      ...(chain ? [] : [connections]),
    ]);
  const head = ["Layer", "Class", "Output shape", "Parameters", ...(chain ? [] : ["Connected to"])];
  const totals = totalsOf(model);
  const title = `Model ${model.name}: ${formatCount(layersOf(model).length)} layers, ${totals.Total} parameters, ${totals.Trainable} trainable`;
  const rest = layers.length - rows.length;
  const foot = [
    ...(rest > 0 ? [`${formatCount(rest)} more: model.summary() lists them all`] : []),
    `Computes on ${currentDevice()?.name ?? "cpu"} with ${getBackend()}`,
  ];
  const table = htmlTable(title, head, rows, foot.join(". "));
  const graph = modelGraph(model);
  if (!graph) return table;
  return besideGraph(table, graph, `Graph of ${model.name}`, layers.length <= 30);
}
