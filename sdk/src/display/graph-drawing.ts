import { escapeHtml } from "./html.js";
import { type Bend, type Box, type Layout, layeredLayout } from "./layered-layout.js";

/** More nodes than these are not read by anyone. */
const MOST_NODES = 250;
const LETTERS = 34;
const MARGIN = 8;
const TITLE = { size: 12, letter: 8 };
const DETAIL = { size: 11, letter: 6.3 };
const LINE = 15;
const ARROW = 6;
export const INPUT_COLOUR = "var(--jp-brand-color1,#1f77d0)";
export const OUTPUT_COLOUR = "var(--jp-success-color1,#2e9e5b)";
export const PROBLEM_COLOUR = "var(--jp-error-color1,#d32f2f)";

/** A node of a drawing. */
export interface Vertex {
  readonly title: string;
  /** Its class and what it gives. */
  readonly detail: string;
  /** What it holds: the layers of a chain, a node's settings. */
  readonly lines: readonly string[];
  /** All of it, for the pointer. */
  readonly tip: string;
  /** `input`, `output 1`. */
  readonly end: string;
  readonly colour: string | undefined;
  readonly inner: Drawing | undefined;
}

/** What is drawn; every edge leads to a later vertex. */
export interface Graph {
  readonly vertices: readonly Vertex[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

/** A drawn graph, within `width` and `height`. */
export interface Drawing extends Box {
  readonly body: string;
}

/** A drawing as an SVG in the page's colours, without script. @param label what it is, for who does not see it */
export function svgOf(drawing: Drawing, label: string): string | undefined {
  if (drawing.width < 0) return undefined;
  const [width, height] = [drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN].map(Math.ceil);
  const style = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);display:block";
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" font-size="${DETAIL.size}" fill="currentColor" stroke="none" text-anchor="middle" style="${style}">${drawing.body}</svg>`;
}

/** A table with a graph beside it, which folds under its title. */
export function besideGraph(table: string, graph: string, title: string, isOpen: boolean): string {
  const scroll = "overflow:auto;scrollbar-gutter:stable;max-height:640px;margin-top:4px";
  const details = `<details style="max-width:100%"${isOpen ? " open" : ""}><summary style="cursor:pointer">${escapeHtml(title)}</summary><div style="${scroll}">${graph}</div></details>`;
  return `<div style="display:flex;flex-wrap:wrap;gap:8px 32px;align-items:flex-start">${table}${details}</div>`;
}

/** A text of many letters with its middle left out. */
export function shorten(text: string, letters = LETTERS): string {
  const points = [...text];
  if (points.length <= letters) return text;
  const half = Math.floor((letters - 1) / 2);
  return `${points.slice(0, half).join("")}…${points.slice(-half).join("")}`;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Lays a graph out and draws it; undefined if it has no vertices, or more than can be read. */
export function draw({ vertices, edges }: Graph): Drawing | undefined {
  if (vertices.length === 0 || vertices.length > MOST_NODES) return undefined;
  const boxes = vertices.map(sizeOf);
  const layout = layeredLayout(boxes, edges);
  if (!layout) return undefined;
  const placeOf = (i: number) => layout.places[i] as Layout["places"][number];
  const halfOf = (i: number): number => (boxes[i] as Box).height / 2;
  let [lines, arrows] = ["", ""];
  for (const [i, [from, to]] of edges.entries()) {
    const [first, last] = [placeOf(from), placeOf(to)];
    const begin = { x: first.x, top: first.y + halfOf(from), bottom: first.bottom };
    const end = { x: last.x, top: last.top, bottom: last.y - halfOf(to) };
    lines += drawEdge([begin, ...(layout.bends[i] ?? []), { ...end, bottom: end.bottom - ARROW }]);
    arrows += `M${round(end.x)} ${round(end.bottom)}l-4 -${ARROW + 1}h8z`;
  }
  const nodes = vertices.map((vertex, i) => drawVertex(vertex, boxes[i] as Box, placeOf(i)));
  const paths = lines
    ? `<path d="${lines}" fill="none" stroke="currentColor" stroke-opacity="0.5"/><path d="${arrows}" fill-opacity="0.7"/>`
    : "";
  return { width: layout.width, height: layout.height, body: `${paths}${nodes.join("")}` };
}

/** From each place straight down to its bottom, in a curve to the top of the next. */
function drawEdge(places: readonly Bend[]): string {
  let [path, x, y] = ["", 0, 0];
  for (const [i, place] of places.entries()) {
    const middle = round((y + place.top) / 2);
    const to = `${round(place.x)} ${round(place.top)}`;
    if (i === 0) path = `M${to}`;
    else if (round(x) !== round(place.x)) path += `C${round(x)} ${middle} ${round(place.x)} ${middle} ${to}`;
    path += `V${round(place.bottom)}`;
    [x, y] = [place.x, place.bottom];
  }
  return path;
}

const detailOf = ({ detail }: Vertex): string => shorten(detail, 60);

function sizeOf(vertex: Vertex): Box {
  const widthOf = (text: string, letter: number) => [...text].length * letter + 20;
  const end = vertex.end ? vertex.end.length + 2 : 0;
  const width = Math.max(
    90,
    widthOf(shorten(vertex.title), TITLE.letter),
    widthOf(detailOf(vertex), DETAIL.letter) + end * TITLE.letter,
    ...vertex.lines.map((line) => widthOf(line, DETAIL.letter)),
    (vertex.inner?.width ?? 0) + 24,
  );
  const inner = vertex.inner ? vertex.inner.height + 14 : 0;
  const lines = vertex.lines.length > 0 ? vertex.lines.length * LINE + 4 : 0;
  return { width: Math.ceil(width), height: 40 + lines + inner };
}

function drawVertex(
  vertex: Vertex,
  { width, height }: Box,
  { x, y }: { readonly x: number; readonly y: number },
): string {
  const { inner, end, colour, lines } = vertex;
  const fill = `fill:${inner ? "none" : "var(--jp-layout-color2,#8882)"}`;
  const frame = colour
    ? `style="${fill};stroke:${colour}" stroke-width="2"`
    : `style="${fill}" stroke="currentColor" stroke-opacity="${inner ? `0.6" stroke-dasharray="4 3` : "0.35"}"`;
  const mark = end ? `<tspan font-weight="600">${escapeHtml(end)}</tspan> · ` : "";
  const text = (top: number, content: string, style = "") =>
    `<text x="${round(width / 2)}" y="${top}"${style}>${content}</text>`;
  return [
    `<g transform="translate(${round(x - width / 2)} ${round(y - height / 2)})"><title>${escapeHtml(vertex.tip)}</title>`,
    `<rect width="${width}" height="${height}" rx="5" ${frame}/>`,
    text(17, escapeHtml(shorten(vertex.title)), ` font-size="${TITLE.size}" font-weight="600"`),
    text(32, mark + escapeHtml(detailOf(vertex)), ` fill-opacity="0.8"`),
    ...lines.map((line, i) => text(32 + 4 + LINE * (i + 1), escapeHtml(line), ` fill-opacity="0.65"`)),
    inner ? `<g transform="translate(${round((width - inner.width) / 2)} 44)">${inner.body}</g>` : "",
    "</g>",
  ].join("");
}
