import type { CanvasDocument, CanvasNode } from "./canvas-document.js";
import { checkCanvas } from "./check-canvas.js";
import { componentOf } from "./components.js";
import { checkSize } from "./parse-canvas.js";

/**
 * A canvas as text: keys in the format's order, two spaces a level, a newline at the end; the same document gives the same
 * text. Settings that are not given stay so.
 * @param where what messages call the canvas. Default `the canvas`
 * @throws LitModelError if `parseCanvas` would refuse the text
 */
export function writeCanvas(document: CanvasDocument, where = "the canvas"): string {
  const { version, nodes, edges, groups } = checkCanvas(document, where);
  const ordered = {
    version,
    nodes: nodes.map(orderKeys),
    edges: edges.map(({ from, to }) => ({ from, to })),
    groups: groups?.map(({ id, name, nodes, folded }) => ({ id, name, nodes, folded })),
  };
  const text = `${JSON.stringify(ordered, null, 2)}\n`;
  checkSize(text, where);
  return text;
}

function orderKeys({ id, type, name, position, settings }: CanvasNode) {
  const given = settings as Readonly<Record<string, unknown>>;
  const named = componentOf(type).settings.map((setting) => [setting.name, given[setting.name]]);
  return {
    id,
    type,
    name,
    position: position && { x: position.x, y: position.y },
    settings: Object.fromEntries(named),
  };
}
