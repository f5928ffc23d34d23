import type { CanvasDocument, CanvasEdge, CanvasNode } from "./canvas-document.js";

/** A canvas' nodes, each behind those that lead to it. */
export interface NodeOrder {
  /** Without those in a circle and behind it. */
  readonly nodes: readonly CanvasNode[];
  /** The ids of the nodes that lead to each, in the edges' order. */
  readonly inputs: ReadonlyMap<string, readonly string[]>;
  /** The ids of nodes that lead in a circle, if any do. */
  readonly cycle?: readonly string[];
}

/** Orders a canvas' nodes along its edges (Kahn); edges to nodes that are not there count for nothing. */
export function orderNodes({ nodes, edges }: Pick<CanvasDocument, "nodes" | "edges">): NodeOrder {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const inputs = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const outputs = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  const isWhole = ({ from, to }: CanvasEdge) => byId.has(from) && byId.has(to);
  for (const { from, to } of edges.filter(isWhole)) {
    inputs.get(to)?.push(from);
    outputs.get(from)?.push(to);
  }
  const waiting = new Map([...inputs].map(([id, { length }]) => [id, length]));
  const ordered = nodes.filter(({ id }) => waiting.get(id) === 0);
  // The list grows while it is walked.
  for (const { id } of ordered) {
    waiting.delete(id);
    for (const next of outputs.get(id) ?? []) {
      const left = (waiting.get(next) as number) - 1;
      waiting.set(next, left);
      if (left === 0) ordered.push(byId.get(next) as CanvasNode);
    }
  }
  return { nodes: ordered, inputs, ...(waiting.size > 0 && { cycle: findCycle(inputs, waiting) }) };
}

/** Walks back from a node that waits: every such node has one that it waits for, so the walk closes. */
function findCycle(
  inputs: ReadonlyMap<string, readonly string[]>,
  waiting: ReadonlyMap<string, number>,
): readonly string[] {
  const seen = new Map<string, number>();
  const walk: string[] = [];
  for (let id = waiting.keys().next().value as string; ; ) {
    const start = seen.get(id);
    if (start !== undefined) return walk.slice(start).reverse();
    seen.set(id, walk.length);
    walk.push(id);
    id = inputs.get(id)?.find((before) => waiting.has(before)) as string;
  }
}
