import type { TranslationBundle } from "@jupyterlab/translation";

/** A node as it is drawn: of a canvas a component, of a model a layer. */
export interface GraphNode {
  readonly id: string;
  readonly title: string;
  readonly type: string;
  /** One of the names in node-icons.ts; another is drawn as a layer. */
  readonly icon?: string;
  /** Settings, one a line. */
  readonly lines: readonly string[];
  /** The node that it lies in: a nested model. */
  readonly parent?: string;
  /** Of its upper left corner, in pixels; without both it is laid out. */
  readonly x?: number;
  readonly y?: number;
  /** What is wrong with it. */
  readonly problem?: string;
}

export interface GraphEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

export interface GraphGroup {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly string[];
  readonly folded: boolean;
}

/** What the graph component draws, whatever it was made of. */
export interface Graph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly groups: readonly GraphGroup[];
  /** Where the edges lead. */
  readonly direction: "right" | "down";
}

/** More than these would make the page stand still. */
export const MOST_NODES = 10_000;
export const MOST_EDGES = 50_000;

/** Why a graph is not drawn, in a sentence; null if it is. */
export function problemOf(
  { nodes, edges }: { readonly nodes: readonly unknown[]; readonly edges: readonly unknown[] },
  trans: TranslationBundle,
): string | null {
  const number = (count: number) => count.toLocaleString("en-US");
  if (nodes.length > MOST_NODES)
    return trans.__("It has %1 nodes; at most %2 can be drawn.", number(nodes.length), number(MOST_NODES));
  if (edges.length > MOST_EDGES)
    return trans.__("It has %1 edges; at most %2 can be drawn.", number(edges.length), number(MOST_EDGES));
  return null;
}
