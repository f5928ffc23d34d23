import type { VisibleGraph } from "./fold.js";
import { type Rectangle, sizeOf, WIDTH } from "./geometry.js";

const BETWEEN_LAYERS = 90;
const BETWEEN_BOXES = 30;
/** A layer of more boxes goes on in further rows. */
const MOST_IN_ROW = 40;

/**
 * A plain layout that takes no time: each box one layer behind the last that leads to it. For graphs that are too large for
 * ELK, and where its worker does not start. Frames may overlap.
 */
export function layOutInLayers(
  direction: "right" | "down",
  { boxes, links }: VisibleGraph,
): ReadonlyMap<string, Rectangle> {
  const leaves = boxes.filter(({ open }) => !open);
  const after = Map.groupBy(links, ({ from }) => from);
  const waiting = new Map(leaves.map(({ id }) => [id, 0]));
  for (const { from, to } of links) if (waiting.has(from)) waiting.set(to, (waiting.get(to) ?? 0) + 1);
  const layerOf = new Map(leaves.map(({ id }) => [id, 0]));
  // What lies on a cycle is never free and stays where what leads to it has put it.
  const free = leaves.map(({ id }) => id).filter((id) => waiting.get(id) === 0);
  for (let i = 0; i < free.length; i++) {
    const id = free[i] ?? "";
    for (const { to } of after.get(id) ?? []) {
      if (!layerOf.has(to)) continue;
      layerOf.set(to, Math.max(layerOf.get(to) ?? 0, (layerOf.get(id) ?? 0) + 1));
      const left = (waiting.get(to) ?? 0) - 1;
      waiting.set(to, left);
      if (left === 0) free.push(to);
    }
  }

  const layers = Map.groupBy(leaves, ({ id }) => layerOf.get(id) ?? 0);
  const rectangles = new Map<string, Rectangle>();
  let along = 0;
  for (const [, layer] of [...layers].sort(([a], [b]) => a - b)) {
    for (let begin = 0; begin < layer.length; begin += MOST_IN_ROW) {
      const row = layer.slice(begin, begin + MOST_IN_ROW);
      let across = 0;
      let deepest = 0;
      for (const box of row) {
        const { width, height } = sizeOf(box);
        const place = direction === "right" ? { x: along, y: across } : { x: across, y: along };
        rectangles.set(box.id, { ...place, width, height });
        across += (direction === "right" ? height : width) + BETWEEN_BOXES;
        deepest = Math.max(deepest, height);
      }
      along += (direction === "right" ? WIDTH : deepest) + BETWEEN_LAYERS;
    }
  }
  return rectangles;
}
