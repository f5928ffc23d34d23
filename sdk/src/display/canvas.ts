import type { Canvas } from "../canvas/canvas.js";
import type { CanvasDocument, CanvasNode } from "../canvas-core/canvas-document.js";
import { componentOf, settingsOf } from "../canvas-core/components.js";
import { orderNodes } from "../canvas-core/order-nodes.js";
import { type NodeShape, shapesOf } from "../canvas-core/shapes.js";
import { besideGraph, draw, INPUT_COLOUR, OUTPUT_COLOUR, PROBLEM_COLOUR, svgOf, type Vertex } from "./graph-drawing.js";
import { htmlTable, textTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A card's table lists these many nodes. */
const MOST_ROWS = 400;
/** A node of the graph lists these many of its settings. */
const MOST_LINES = 6;
/** A card tells these many problems. */
const MOST_PROBLEMS = 4;

/** A canvas as a table of its nodes in their order, with the shapes that they give, and as their graph. */
export function canvasBundle(canvas: Canvas, document: CanvasDocument): MimeBundle {
  const shapes = shapesOf(document);
  const { order } = orderNodes(document);
  const nodes = order.map((place) => document.nodes[place] as CanvasNode);
  const shapeOf = ({ id }: CanvasNode) => shapes.get(id) as NodeShape;
  const rows = nodes
    .slice(0, MOST_ROWS)
    .map((node) => [
      node.name ?? node.id,
      componentOf(node.type).title,
      shownSettings(node).join(", "),
      shapeText(shapeOf(node)),
    ]);
  const head = ["Node", "Component", "Settings", "Output shape"];
  const more = nodes.length - rows.length;
  const problems = nodes.map(shapeOf).flatMap((found) => ("problem" in found ? [found.problem] : []));
  const foot = [
    ...(more > 0 ? [`${more} more nodes`] : []),
    ...problems.slice(0, MOST_PROBLEMS),
    ...(problems.length > MOST_PROBLEMS ? [`${problems.length - MOST_PROBLEMS} more problems`] : []),
  ];
  const title = `Canvas ${canvas.name}: ${nodes.length} nodes, ${document.edges.length} edges`;
  const table = htmlTable(title, head, rows, foot.join(". "));
  const graph = canvasGraph(document, nodes, shapeOf, `Graph of the canvas ${canvas.name}`);
  return {
    "text/html": graph ? besideGraph(table, graph, `Graph of ${canvas.name}`, nodes.length <= 30) : table,
    "text/plain": [`${canvas}`, textTable(head, rows), ...foot].join("\n"),
  };
}

function canvasGraph(
  document: CanvasDocument,
  nodes: readonly CanvasNode[],
  shapeOf: (node: CanvasNode) => NodeShape,
  label: string,
): string | undefined {
  const places = new Map(nodes.map(({ id }, place) => [id, place]));
  const vertices = nodes.map((node): Vertex => {
    const found = shapeOf(node);
    const { title } = componentOf(node.type);
    const settings = shownSettings(node);
    const left = settings.length - MOST_LINES;
    return {
      title: node.name ?? node.id,
      detail: `${title} ${shapeText(found)}`,
      lines: left > 0 ? [...settings.slice(0, MOST_LINES - 1), `… ${left + 1} more …`] : settings,
      tip: [node.id, title, ...("problem" in found ? [found.problem] : settings)].join("\n"),
      end: "",
      colour: "problem" in found ? PROBLEM_COLOUR : COLOURS[node.type],
      inner: undefined,
    };
  });
  const edges = document.edges.map(({ from, to }) => [places.get(from), places.get(to)] as [number, number]);
  const drawing = draw({ vertices, edges });
  return drawing && svgOf(drawing, label);
}

const COLOURS: Readonly<Partial<Record<CanvasNode["type"], string>>> = { input: INPUT_COLOUR, output: OUTPUT_COLOUR };

const shapeText = (found: NodeShape): string =>
  "shape" in found ? `(${["None", ...found.shape.map((size) => size ?? "None")].join(", ")})` : "no shape";

/** What a node's settings say: features and label, and what is not the default. */
function shownSettings(node: CanvasNode): string[] {
  if (node.type === "input") return [...settingsOf(node).features];
  const given = node.settings as Readonly<Record<string, unknown>>;
  const known = componentOf(node.type).settings;
  return known
    .filter(({ name, default: usual }) => given[name] !== undefined && String(given[name]) !== String(usual))
    .map(({ name }) => `${name}: ${textOf(given[name])}`);
}

const textOf = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value));
