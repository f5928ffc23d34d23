import type { ELK, ElkExtendedEdge, ElkNode, LayoutOptions } from "elkjs/lib/elk-api.js";
import type { VisibleGraph } from "./fold.js";
import { FRAME, FRAME_TOP, type Geometry, type Point, type Rectangle, sizeOf } from "./geometry.js";

/** ELK takes seconds for more boxes. */
export const MOST_FOR_ELK = 2500;
/** A layout that takes longer, in ms, is given up. */
export const LONGEST = 10_000;

const OPTIONS: LayoutOptions = {
  "elk.algorithm": "layered",
  "elk.edgeRouting": "ORTHOGONAL",
  "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
  "elk.separateConnectedComponents": "true",
  "org.eclipse.elk.json.shapeCoords": "ROOT",
  "org.eclipse.elk.json.edgeCoords": "ROOT",
};

/** For more boxes than these: less even, in a sixth of the time, and more compact. */
const QUICK_FROM = 300;
const QUICK: LayoutOptions = {
  "elk.layered.thoroughness": "1",
  "elk.layered.crossingMinimization.greedySwitch.type": "OFF",
  "elk.layered.crossingMinimization.greedySwitchHierarchical.type": "OFF",
  "elk.layered.nodePlacement.strategy": "LINEAR_SEGMENTS",
};

/** ELK in a worker of its own; null where there are no workers. */
async function startElk(): Promise<ELK | null> {
  try {
    const { default: Elk } = await import("elkjs/lib/elk-api.js");
    const url = new URL("elkjs/lib/elk-worker.min.js", import.meta.url);
    return new Elk({ workerFactory: () => new Worker(url) });
  } catch {
    return null;
  }
}

// It takes as long to start as the first graph to be made.
let elk: Promise<ELK | null> | null = startElk();

/** Lays a graph out in layers with ELK; null where it cannot. */
export async function layOutWithElk(
  direction: "right" | "down",
  visible: VisibleGraph,
): Promise<Geometry | "late" | null> {
  elk ??= startElk();
  const layouter = await elk;
  if (!layouter) return null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), LONGEST);
  });
  try {
    const laid = await Promise.race([layouter.layout(elkGraph(direction, visible)), late]);
    if (laid !== "late") return geometryOf(laid);
    layouter.terminateWorker();
    if ((await elk) === layouter) elk = null;
    return laid;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

function elkGraph(direction: "right" | "down", { boxes, links }: VisibleGraph): ElkNode {
  const children = Map.groupBy(boxes, ({ parent }) => parent);
  const spacing = {
    // Labels lie between layers, beside each other or above each other.
    "elk.layered.spacing.nodeNodeBetweenLayers": direction === "right" ? "96" : "44",
    "elk.spacing.nodeNode": "32",
    "elk.spacing.edgeNode": "20",
  };
  const nodesIn = (parent: string | null): ElkNode[] =>
    (children.get(parent) ?? []).map((box) =>
      box.open
        ? {
            id: box.id,
            children: nodesIn(box.id),
            layoutOptions: {
              ...spacing,
              "elk.padding": `[top=${FRAME_TOP},left=${FRAME},bottom=${FRAME},right=${FRAME}]`,
            },
          }
        : { id: box.id, ...sizeOf(box) },
    );
  return {
    id: "root",
    children: nodesIn(null),
    edges: links.map(({ id, from, to }) => ({ id, sources: [from], targets: [to] })),
    layoutOptions: {
      ...OPTIONS,
      ...(boxes.length > QUICK_FROM && QUICK),
      ...(boxes.some(({ open }) => open) && { "elk.hierarchyHandling": "INCLUDE_CHILDREN" }),
      "elk.direction": direction === "right" ? "RIGHT" : "DOWN",
      ...spacing,
    },
  };
}

function geometryOf(root: ElkNode): Geometry {
  const rectangles = new Map<string, Rectangle>();
  const routes = new Map<string, readonly Point[]>();
  const gather = ({ children = [], edges = [] }: ElkNode): void => {
    for (const { id, sections = [] } of edges as ElkExtendedEdge[]) {
      const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
        startPoint,
        ...bendPoints,
        endPoint,
      ]);
      if (points.length > 1) routes.set(id, points);
    }
    for (const child of children) {
      const { id, x = 0, y = 0, width = 0, height = 0 } = child;
      rectangles.set(id, { x, y, width, height });
      gather(child);
    }
  };
  gather(root);
  return { rectangles, routes };
}
