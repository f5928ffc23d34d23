import type { LayersModel } from "@tensorflow/tfjs-layers";
import { isModelLayer } from "../keras/layers/layer-type.js";
import { escapeHtml } from "./html.js";
import { type Bend, type Box, type Layout, layeredLayout } from "./layered-layout.js";
import { callsOf, kerasClassOf, type Layer, type LayerCall, layersOf, shapeText } from "./model-summary.js";

/** More layers than these are drawn with chains as one node each and nested models closed. */
const MOST_LAYERS = 60;
/** More nodes than these are not read by anyone. */
const MOST_NODES = 250;
/** A chain's node lists these many of its layers. */
const MOST_LINES = 8;
const LETTERS = 34;
const MARGIN = 8;
const TITLE = { size: 12, letter: 8 };
const DETAIL = { size: 11, letter: 6.3 };
const LINE = 15;
const ARROW = 6;
const INPUT = "var(--jp-brand-color1,#1f77d0)";
const OUTPUT = "var(--jp-success-color1,#2e9e5b)";

interface Vertex {
  readonly title: string;
  /** Its class and what it gives. */
  readonly detail: string;
  /** The layers of a chain. */
  readonly lines: readonly string[];
  /** All of it, for the pointer. */
  readonly tip: string;
  /** `input`, `output 1`. */
  readonly end: string;
  readonly colour: string | undefined;
  readonly inner: Drawing | undefined;
}

interface Graph {
  readonly vertices: readonly Vertex[];
  readonly edges: readonly (readonly [from: number, to: number])[];
}

interface Drawing extends Box {
  readonly body: string;
}

/**
 * A model's layers as an SVG from top to bottom, in the page's colours, without script. Nested models are drawn within
 * their nodes; in a model of more than 60 layers they are closed, and a chain is one node.
 * @returns undefined for a model without layers, or with more than can be read
 */
export function modelGraph(model: LayersModel): string | undefined {
  const isSmall = countLayers(model) <= MOST_LAYERS;
  const drawing = draw(graphOf(model, isSmall ? new Set() : undefined, true));
  if (!drawing || drawing.width < 0) return undefined;
  const [width, height] = [drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN].map(Math.ceil);
  const style = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);display:block";
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(`Graph of the model ${model.name}`)}" width="${width}" height="${height}" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" font-size="${DETAIL.size}" fill="currentColor" stroke="none" text-anchor="middle" style="${style}">${drawing.body}</svg>`;
}

const countLayers = (model: LayersModel): number =>
  layersOf(model).reduce((sum, layer) => sum + 1 + (isModelLayer(layer) ? countLayers(layer) : 0), 0);

/** @param drawn the nested models that are drawn already; undefined where none is to be drawn */
function graphOf(model: LayersModel, drawn: Set<Layer> | undefined, isOuter: boolean): Graph {
  const calls = callsOf(model);
  const numbers = new Map(calls.map((call, i) => [call, i]));
  const sources = calls.map(
    ({ inboundLayers, nodeIndices }) =>
      new Set(
        inboundLayers.map((layer, i) => numbers.get(layer.inboundNodes[nodeIndices[i] ?? 0] as LayerCall) as number),
      ),
  );
  const ends = (tensors: LayersModel["outputs"], kind: string) => {
    const found = new Map<LayerCall, string>();
    for (const [i, { sourceLayer, nodeIndex }] of tensors.entries()) {
      const call = sourceLayer.inboundNodes[nodeIndex] as LayerCall;
      const known = found.get(call);
      found.set(call, known ? `${known}, ${i}` : tensors.length > 1 ? `${kind} ${i}` : kind);
    }
    return found;
  };
  const [inputs, outputs] = isOuter
    ? [ends(model.inputs, "input"), ends(model.outputs, "output")]
    : [new Map(), new Map()];
  const vertices = calls.map((call): Vertex => {
    const { outboundLayer: layer, outputTensors } = call;
    const own = layer.inboundNodes.filter((each) => numbers.has(each));
    const nth = own.length > 1 ? `, call ${own.indexOf(call) + 1}` : "";
    const isDrawn = drawn && isModelLayer(layer) && !drawn.has(layer);
    if (isDrawn) drawn.add(layer);
    const closed = isModelLayer(layer) && !isDrawn ? `, ${countLayers(layer)} layers` : "";
    const about = `${kerasClassOf(layer)}${nth}${closed}`;
    return {
      title: layer.name,
      detail: `${about} ${shapeText(outputTensors)}`,
      lines: [],
      tip: `${layer.name}\n${about}\n${shapeText(outputTensors)}`,
      end: [inputs.get(call), outputs.get(call)].filter(Boolean).join(", "),
      colour: outputs.has(call) ? OUTPUT : inputs.has(call) ? INPUT : undefined,
      inner: isDrawn ? draw(graphOf(layer, drawn, false)) : undefined,
    };
  });
  const edges = sources.flatMap((from, to) => [...from].map((source): [number, number] => [source, to]));
  return calls.length > MOST_LAYERS ? joinChains({ vertices, edges }, calls) : { vertices, edges };
}

/** Each run of three layers or more that take one tensor and give one becomes one node. */
function joinChains({ vertices, edges }: Graph, calls: readonly LayerCall[]): Graph {
  const [before, after] = [vertices.map(() => [] as number[]), vertices.map(() => [] as number[])];
  for (const [from, to] of edges) {
    before[to]?.push(from);
    after[from]?.push(to);
  }
  const isLink = (i: number | undefined): i is number =>
    i !== undefined && before[i]?.length === 1 && after[i]?.length === 1 && !vertices[i]?.end;
  /** The new number of each vertex. */
  const numbers: number[] = [];
  const joined: Vertex[] = [];
  for (const [i, vertex] of vertices.entries()) {
    if (numbers[i] !== undefined) continue;
    const chain = [i];
    if (isLink(i)) for (let next = after[i]?.[0]; isLink(next); next = after[next]?.[0]) chain.push(next);
    const isJoined = chain.length > 2;
    for (const member of isJoined ? chain : [i]) numbers[member] = joined.length;
    joined.push(isJoined ? chainVertex(chain.map((member) => calls[member] as LayerCall)) : vertex);
  }
  const pairs = new Map(
    edges.map(([from, to]): [string, [number, number]] => {
      const pair: [number, number] = [numbers[from] as number, numbers[to] as number];
      return [pair.join(), pair];
    }),
  );
  return { vertices: joined, edges: [...pairs.values()].filter(([from, to]) => from !== to) };
}

function chainVertex(calls: readonly LayerCall[]): Vertex {
  const about = ({ outboundLayer: layer, outputTensors }: LayerCall) =>
    `${layer.name}: ${kerasClassOf(layer)} ${shapeText(outputTensors)}`;
  const short = ({ outboundLayer: layer }: LayerCall) =>
    `${shorten(layer.name, 20)}: ${shorten(kerasClassOf(layer), 20)}`;
  const shown = calls.length > MOST_LINES ? [...calls.slice(0, 4), undefined, ...calls.slice(-3)] : calls;
  return {
    title: `${calls.length} layers`,
    detail: shapeText(calls.at(-1)?.outputTensors ?? []),
    lines: shown.map((call) => (call ? short(call) : `… ${calls.length - 7} more …`)),
    tip: calls.slice(0, 40).map(about).join("\n"),
    end: "",
    colour: undefined,
    inner: undefined,
  };
}

function shorten(text: string, letters = LETTERS): string {
  const points = [...text];
  if (points.length <= letters) return text;
  const half = Math.floor((letters - 1) / 2);
  return `${points.slice(0, half).join("")}…${points.slice(-half).join("")}`;
}

const round = (value: number): string => String(Math.round(value * 10) / 10);

function draw({ vertices, edges }: Graph): Drawing | undefined {
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
