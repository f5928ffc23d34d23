import type { Graph, GraphNode } from "./graph.js";

/** What is drawn as one box: a node, a folded group or nested model, or the frame around an open one. */
export interface Box {
  /** `n:` and a node's id, or `g:` and a group's: both may be called the same. */
  readonly id: string;
  readonly title: string;
  readonly type: string;
  readonly icon: string;
  readonly lines: readonly string[];
  readonly problem: string | null;
  /** Null for a group. */
  readonly node: GraphNode | null;
  /** The open box that it lies in. */
  readonly parent: string | null;
  /** How many nodes lie in it; 0 for a plain node. */
  readonly size: number;
  readonly open: boolean;
}

/** An edge between boxes; edges that folding made the same are one. */
export interface Link {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly label: string;
}

/** A graph as it is seen with some of its boxes folded. */
export interface VisibleGraph {
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
}

const DEEPEST = 64;
const MOST_LABELS = 3;

export const boxOfNode = (id: string): string => `n:${id}`;
export const boxOfGroup = (id: string): string => `g:${id}`;

/** The box in which each lies. Files may say anything: a box that would lie in itself, or too deep, lies in none. */
export function parentsOf({ nodes, groups }: Graph): ReadonlyMap<string, string> {
  const wanted = new Map<string, string>();
  const known = new Set(nodes.map(({ id }) => id));
  for (const { id, parent } of nodes)
    if (parent !== undefined && known.has(parent)) wanted.set(boxOfNode(id), boxOfNode(parent));
  const grouped = new Set<string>();
  for (const { id, nodes: members } of groups) {
    const own = members.filter((member) => known.has(member) && !grouped.has(member));
    const outer = own[0] === undefined ? undefined : wanted.get(boxOfNode(own[0]));
    if (outer !== undefined) wanted.set(boxOfGroup(id), outer);
    for (const member of own) {
      grouped.add(member);
      wanted.set(boxOfNode(member), boxOfGroup(id));
    }
  }
  const parents = new Map<string, string>();
  for (const [box, parent] of wanted) {
    let depth = 0;
    let at: string | undefined = parent;
    while (at !== undefined && at !== box && depth < DEEPEST) {
      depth++;
      at = wanted.get(at);
    }
    if (at === undefined) parents.set(box, parent);
  }
  return parents;
}

/** Boxes that can be folded. */
export const foldable = (graph: Graph): ReadonlySet<string> => new Set(parentsOf(graph).values());

/** What is folded at first: groups that say so, and nested models. */
export function foldedAtFirst(graph: Graph): ReadonlySet<string> {
  const groups = graph.groups.filter(({ folded }) => folded).map(({ id }) => boxOfGroup(id));
  const models = [...foldable(graph)].filter((id) => id.startsWith("n:"));
  return new Set([...groups, ...models]);
}

/** `folded` without what hides a box. */
export function revealing(graph: Graph, folded: ReadonlySet<string>, box: string): ReadonlySet<string> {
  const parents = parentsOf(graph);
  const shown = new Set(folded);
  for (let at = parents.get(box); at !== undefined; at = parents.get(at)) shown.delete(at);
  return shown.size === folded.size ? folded : shown;
}

/** A graph's boxes and edges when the boxes in `folded` hide what lies in them. */
export function visibleGraph(graph: Graph, folded: ReadonlySet<string>): VisibleGraph {
  const parents = parentsOf(graph);
  const sizes = new Map<string, number>();
  for (const { id } of graph.nodes)
    for (let at = parents.get(boxOfNode(id)); at !== undefined; at = parents.get(at))
      sizes.set(at, (sizes.get(at) ?? 0) + 1);

  /** The outermost folded box around one, else itself. */
  const seenAs = (box: string): string => {
    let seen = box;
    for (let at = parents.get(box); at !== undefined; at = parents.get(at)) if (folded.has(at)) seen = at;
    return seen;
  };
  const common = (id: string) => {
    const size = sizes.get(id) ?? 0;
    return { id, parent: parents.get(id) ?? null, size, open: size > 0 && !folded.has(id) };
  };
  const boxes: Box[] = [];
  for (const { id, name } of graph.groups) {
    const box = {
      ...common(boxOfGroup(id)),
      title: name,
      type: "",
      icon: "group",
      lines: [],
      problem: null,
      node: null,
    };
    if (box.size > 0 && seenAs(box.id) === box.id) boxes.push(box);
  }
  for (const node of graph.nodes) {
    const id = boxOfNode(node.id);
    if (seenAs(id) !== id) continue;
    const { title, type, icon = "layer", lines, problem = null } = node;
    boxes.push({ ...common(id), title, type, icon, lines, problem, node });
  }

  const within = (inner: string, outer: string): boolean => {
    for (let at = parents.get(inner); at !== undefined; at = parents.get(at)) if (at === outer) return true;
    return false;
  };
  const shown = new Set(boxes.map(({ id }) => id));
  const merged = new Map<string, { from: string; to: string; labels: Set<string> }>();
  for (const { from, to, label } of graph.edges) {
    const [a, b] = [seenAs(boxOfNode(from)), seenAs(boxOfNode(to))];
    const hidden = a === b && from !== to;
    if (hidden || !shown.has(a) || !shown.has(b) || within(a, b) || within(b, a)) continue;
    const key = JSON.stringify([a, b]);
    const link = merged.get(key) ?? { from: a, to: b, labels: new Set() };
    if (label !== "") link.labels.add(label);
    merged.set(key, link);
  }
  const links = [...merged].map(([id, { from, to, labels }]) => {
    const label = [...labels].slice(0, MOST_LABELS).join(", ");
    return { id, from, to, label: labels.size > MOST_LABELS ? `${label}, …` : label };
  });
  return { boxes, links };
}
