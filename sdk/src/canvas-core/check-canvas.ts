import { LitModelError } from "../errors.js";
import type { CanvasDocument } from "./canvas-document.js";
import { validate } from "./canvas-validator.js";
import { COMPONENTS } from "./components.js";
import { orderNodes } from "./order-nodes.js";

/** What ajv says of the first thing that is wrong. */
interface Fault {
  readonly instancePath: string;
  readonly keyword: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A cycle's message names at most these many of its nodes. */
const MOST_NAMED = 12;

/**
 * Checks that a value is a canvas of today's version: by the schema, then that ids are unique, that edges and groups name
 * nodes that exist, and that nothing leads back to itself.
 * @param where what messages call the canvas
 * @throws LitModelError that names the node or edge, what was found and what was expected
 */
export function checkCanvas(value: unknown, where: string): CanvasDocument {
  const fail = (what: string): never => {
    throw new LitModelError(`${where}: ${what}`);
  };
  const check = validate as { (value: unknown): boolean; errors?: readonly Fault[] | null };
  if (!check(value)) return fail(explain(value, check.errors?.[0] as Fault));
  const canvas = value as CanvasDocument;
  const ids = new Set<string>();
  for (const { id } of canvas.nodes) {
    if (ids.has(id)) fail(`two nodes have the id "${id}", ids are unique`);
    ids.add(id);
  }
  for (const [i, { from, to }] of canvas.edges.entries())
    for (const end of [from, to]) if (!ids.has(end)) fail(`edges[${i}] names the node "${end}", there is none`);
  const groups = new Set<string>();
  const grouped = new Map<string, string>();
  for (const { id, nodes } of canvas.groups ?? []) {
    if (groups.has(id)) fail(`two groups have the id "${id}", ids are unique`);
    groups.add(id);
    for (const node of nodes) {
      if (!ids.has(node)) fail(`the group "${id}" names the node "${node}", there is none`);
      if (grouped.has(node))
        fail(`the node "${node}" is in the group "${grouped.get(node)}" and in "${id}", one is right`);
      grouped.set(node, id);
    }
  }
  const { inputs, cycle } = orderNodes(canvas);
  const idOf = (place: number | undefined) => canvas.nodes[place ?? -1]?.id;
  for (const [place, before] of inputs.entries()) {
    const seen = new Set<number>();
    const twice = before.find((each) => seen.size === seen.add(each).size);
    if (twice !== undefined) fail(`the edge from "${idOf(twice)}" to "${idOf(place)}" is there twice`);
  }
  if (cycle) {
    const [named, left] = [cycle.slice(0, MOST_NAMED).map(idOf), cycle.length - MOST_NAMED];
    const rest = left > 0 ? [`${left} more`] : [];
    fail(`its nodes lead in a circle, ${[...named, ...rest, named[0]].join(" → ")}: remove one of these edges`);
  }
  return canvas;
}

const show = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : (JSON.stringify(value) ?? "missing");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** The first fault in plain words: where, what was found, what was expected. */
function explain(value: unknown, { instancePath, keyword, params }: Fault): string {
  const keys = instancePath.split("/").slice(1);
  let found = value;
  let owner = "";
  let path = "";
  for (const [depth, key] of keys.entries()) {
    found = (found as Record<string, unknown>)[key];
    path += /^\d+$/.test(key) ? `[${key}]` : `${path ? "." : ""}${key}`;
    // What is wrong within a node is told by the node's name.
    if (depth === 1 && keys[0] === "nodes") {
      owner = ownerOf(found, path);
      path = "";
    }
  }
  const at = [owner, path && (owner ? path : `"${path}"`)].filter(Boolean).join(": ") || "it";
  switch (keyword) {
    case "required":
      return `${at} has no ${show(params.missingProperty)}`;
    case "additionalProperties":
      return `${at} has ${show(params.additionalProperty)}, which is unknown`;
    case "discriminator":
      return `${at}: type is ${show(params.tagValue)}, expected one of ${COMPONENTS.map(({ type }) => type).join(", ")}`;
    case "enum":
      return `${at} is ${show(found)}, expected one of ${(params.allowedValues as unknown[]).map(String).join(", ")}`;
    case "const":
      return `${at} is ${show(found)}, expected ${show(params.allowedValue)}`;
    case "type":
      return `${at} is ${show(found)}, expected ${[params.type].flat().join(" or ")}`;
    case "minimum":
    case "maximum":
      return `${at} is ${show(found)}, expected ${params.comparison} ${params.limit}`;
    case "maxItems":
      return `${at} has ${(found as unknown[]).length} entries, expected at most ${params.limit}`;
    case "uniqueItems":
      return `${at} has an entry twice, at ${params.j} and ${params.i}`;
    case "pattern":
      return `${at} is ${show(found)}, expected ${isId(keys) ? ID : TEXT}`;
    default:
      return `${at} is not valid (${keyword})`;
  }
}

const ID = "an id: 1 to 128 letters, digits, '.', '_' or '-', a letter or digit first";
const TEXT = "a text of at most 128 characters, without control characters";

/** Whether these keys lead to an id: of a node or group, an edge's end, a group's node. */
const isId = (keys: readonly string[]): boolean =>
  keys.at(-1) === "id" || keys[0] === "edges" || (keys[0] === "groups" && keys.at(-2) === "nodes");

function ownerOf(node: unknown, path: string): string {
  const { id, name } = (typeof node === "object" && node !== null ? node : {}) as Record<string, unknown>;
  const label = typeof name === "string" ? name : id;
  return typeof label === "string" ? `the node ${show(label)}` : path;
}
