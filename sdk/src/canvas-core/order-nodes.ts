import type { CanvasDocument } from "./canvas-document.js";

/** A canvas' nodes, by their places in the document, each behind those that lead to it. */
export interface NodeOrder {
  /** Without those in a circle and behind it. */
  readonly order: readonly number[];
  /** The nodes that lead to each, in the edges' order. */
  readonly inputs: readonly (readonly number[])[];
  /** Nodes that lead in a circle, if any do. */
  readonly cycle?: readonly number[];
}

/** Orders a canvas' nodes along its edges (Kahn); edges to nodes that are not there count for nothing. */
export function orderNodes({ nodes, edges }: Pick<CanvasDocument, "nodes" | "edges">): NodeOrder {
  const places = new Map<string, number>();
  for (const [place, { id }] of nodes.entries()) places.set(id, place);
  const inputs = nodes.map((): number[] => []);
  const outputs = nodes.map((): number[] => []);
  for (const edge of edges) {
    const from = places.get(edge.from);
    const to = places.get(edge.to);
    if (from === undefined || to === undefined) continue;
    inputs[to]?.push(from);
    outputs[from]?.push(to);
  }
  const waiting = Int32Array.from(inputs, ({ length }) => length);
  const order = [...nodes.keys()].filter((place) => waiting[place] === 0);
  // The list grows while it is walked.
  for (const place of order)
    for (const next of outputs[place] ?? []) {
      const left = (waiting[next] as number) - 1;
      waiting[next] = left;
      if (left === 0) order.push(next);
    }
  return { order, inputs, ...(order.length < nodes.length && { cycle: findCycle(inputs, waiting) }) };
}

/** From the document's first node of it on. Walks back from a node that waits: every such node has one that it waits for, so the walk closes. */
function findCycle(inputs: readonly (readonly number[])[], waiting: Int32Array): readonly number[] {
  const waits = (place: number): boolean => (waiting[place] as number) > 0;
  const steps = new Map<number, number>();
  const walk: number[] = [];
  for (let place = waiting.findIndex((count) => count > 0); ; ) {
    const start = steps.get(place);
    if (start !== undefined) {
      const cycle = walk.slice(start).reverse();
      const first = cycle.indexOf(cycle.reduce((least, each) => Math.min(least, each)));
      return [...cycle.slice(first), ...cycle.slice(0, first)];
    }
    steps.set(place, walk.length);
    walk.push(place);
    place = inputs[place]?.find(waits) as number;
  }
}
