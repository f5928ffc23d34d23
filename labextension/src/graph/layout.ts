import { layOutWithElk, MOST_FOR_ELK } from "./elk.js";
import type { Box, Link, VisibleGraph } from "./fold.js";
import { around, FRAME, FRAME_TOP, type Geometry, linesOf, type Point, type Rectangle, sizeOf } from "./geometry.js";
import type { Graph } from "./graph.js";
import { layOutInLayers } from "./layers.js";
import { curve, rounded } from "./paths.js";

export interface Placed extends Rectangle {
  readonly box: Box;
}

export interface Routed {
  readonly link: Link;
  /** As an SVG path. */
  readonly path: string;
  /** Its label's centre. */
  readonly middle: Point;
}

/** A graph as it is drawn, on the page and in exports alike. */
export interface Layout {
  readonly direction: Graph["direction"];
  readonly placed: readonly Placed[];
  readonly routed: readonly Routed[];
  readonly bounds: Rectangle;
  /** Whether it stands in for a better one that took too long. */
  readonly gaveUp: boolean;
}

/** Whether positions are given that can be drawn, of all nodes. */
const isPlaced = ({ nodes }: Graph): boolean =>
  nodes.every(({ x, y }) => x !== undefined && y !== undefined && Math.abs(x) < 1e6 && Math.abs(y) < 1e6);

/** Layouts by what they were made of, the newest last. */
const known = new Map<string, Promise<Geometry>>();
const MOST_KNOWN = 16;
/** ELK lays fewer boxes out while a person has hardly begun to wait. */
const DRAFT_FROM = 100;

/** Lays a graph out: by its own positions if all nodes have some, else in layers. */
export async function layOut(graph: Graph, visible: VisibleGraph): Promise<Layout> {
  if (isPlaced(graph)) return drawn(graph.direction, visible, fromPositions(graph, visible));
  const key = keyOf(graph, visible);
  const geometry = known.get(key) ?? compute(graph.direction, visible);
  known.delete(key);
  known.set(key, geometry);
  for (const oldest of known.keys()) if (known.size > MOST_KNOWN) known.delete(oldest);
  return drawn(graph.direction, visible, await geometry);
}

/** What a graph is shown as until ELK, which takes a second for some hundred boxes, has laid it out; null if that is soon. */
export function draftOf(graph: Graph, visible: VisibleGraph): Layout | null {
  const { boxes } = visible;
  const isSoon = boxes.length < DRAFT_FROM || boxes.length > MOST_FOR_ELK;
  // In layers, frames may lie over one another.
  if (isSoon || isPlaced(graph) || boxes.some(({ open }) => open) || known.has(keyOf(graph, visible))) return null;
  return drawn(graph.direction, visible, { rectangles: layOutInLayers(graph.direction, visible), routes: new Map() });
}

const keyOf = ({ direction }: Graph, { boxes, links }: VisibleGraph): string =>
  JSON.stringify([
    direction,
    boxes.map((box) => [box.id, box.parent, box.open, linesOf(box)]),
    links.map(({ from, to }) => [from, to]),
  ]);

async function compute(direction: Graph["direction"], visible: VisibleGraph): Promise<Geometry> {
  const geometry = visible.boxes.length <= MOST_FOR_ELK ? await layOutWithElk(direction, visible) : null;
  if (geometry && geometry !== "late") return geometry;
  return { ...withFrames(visible, layOutInLayers(direction, visible)), gaveUp: geometry === "late" };
}

/** Where a document says that its nodes lie; a folded box takes the place of the first of what it hides. */
function fromPositions(graph: Graph, visible: VisibleGraph): Geometry {
  const members = new Map(graph.groups.map(({ id, nodes }) => [`g:${id}`, new Set(nodes)]));
  const rectangles = new Map<string, Rectangle>();
  for (const box of visible.boxes) {
    if (box.open) continue;
    const hidden = members.get(box.id);
    const places = box.node ? [box.node] : graph.nodes.filter(({ id }) => hidden?.has(id));
    const x = Math.min(...places.map((node) => node.x ?? 0));
    const y = Math.min(...places.map((node) => node.y ?? 0));
    rectangles.set(box.id, { x, y, ...sizeOf(box) });
  }
  return withFrames(visible, rectangles);
}

/** Adds the frames of open boxes, each around what lies in it. */
function withFrames({ boxes }: VisibleGraph, leaves: ReadonlyMap<string, Rectangle>): Geometry {
  const rectangles = new Map(leaves);
  const children = Map.groupBy(boxes, ({ parent }) => parent);
  const frame = (box: Box): Rectangle | undefined => {
    const inner = (children.get(box.id) ?? []).flatMap((child) => rectangles.get(child.id) ?? frame(child) ?? []);
    if (inner.length === 0) return undefined;
    const { x, y, width, height } = around(inner);
    const rectangle = {
      x: x - FRAME,
      y: y - FRAME_TOP,
      width: width + 2 * FRAME,
      height: height + FRAME_TOP + FRAME,
    };
    rectangles.set(box.id, rectangle);
    return rectangle;
  };
  for (const box of boxes) if (box.open && !rectangles.has(box.id)) frame(box);
  return { rectangles, routes: new Map() };
}

function drawn(direction: Graph["direction"], visible: VisibleGraph, geometry: Geometry): Layout {
  const { rectangles, routes, gaveUp = false } = geometry;
  const placed = visible.boxes.flatMap((box) => {
    const rectangle = rectangles.get(box.id);
    return rectangle ? { box, ...rectangle } : [];
  });
  const routed = visible.links.flatMap((link) => {
    const [from, to, points] = [rectangles.get(link.from), rectangles.get(link.to), routes.get(link.id)];
    if (!from || !to) return [];
    return { link, ...(points ? rounded(points) : curve(direction, from, to)) };
  });
  return { direction, placed, routed, bounds: around(placed), gaveUp };
}
