import type { TranslationBundle } from "@jupyterlab/translation";
import { type CanvasDocument, componentOf, type NodeShape, shapesOf } from "@litlab/sdk/canvas-core";
import type { Graph } from "../graph/graph.js";
import { settingText } from "../graph/side-panel.js";

/** A canvas as a graph: its components with what they set, edges with the shapes that they carry. */
export function canvasGraph(document: CanvasDocument, trans: TranslationBundle): Graph {
  const shapes = shapesOf(document);
  const nodes = document.nodes.map(({ id, type, name, position, settings }) => {
    const { title, icon } = componentOf(type);
    const found = shapes.get(id);
    return {
      id,
      title: name ?? title,
      type: title,
      icon,
      lines: Object.entries(settings).map(([setting, value]) => trans.__("%1: %2", setting, settingText(value))),
      ...(position && { x: position.x, y: position.y }),
      ...(found && "problem" in found && { problem: found.problem }),
    };
  });
  const edges = document.edges.map(({ from, to }, i) => ({
    id: String(i),
    from,
    to,
    label: shapeText(shapes.get(from)),
  }));
  const groups = (document.groups ?? []).map(({ id, name, nodes, folded = false }) => ({ id, name, nodes, folded }));
  return { nodes, edges, groups, direction: "right" };
}

const shapeText = (found: NodeShape | undefined): string =>
  found && "shape" in found ? found.shape.map((size) => size ?? "?").join(" × ") : "";
