import { boxOfNode } from "./fold.js";
import type { Graph } from "./graph.js";

export interface Found {
  /** The box's id, also of one that a folded box hides. */
  readonly box: string;
  readonly title: string;
  readonly type: string;
}

const MOST = 50;

/** Nodes whose name or type has the text, those first whose name begins with it. */
export function search({ nodes }: Graph, text: string): readonly Found[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  const rank = (title: string, type: string): number => {
    const at = title.toLowerCase().indexOf(wanted);
    return at === 0 ? 0 : at > 0 ? 1 : type.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return nodes
    .map(({ id, title, type }) => ({ box: boxOfNode(id), title, type, rank: rank(title, type) }))
    .filter((found) => found.rank < 3)
    .sort((a, b) => a.rank - b.rank)
    .slice(0, MOST);
}
