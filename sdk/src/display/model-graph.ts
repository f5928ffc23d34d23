import type { LayersModel } from "@tensorflow/tfjs-layers";
import { isModelLayer } from "../keras/layers/layer-type.js";
import { draw, type Graph, INPUT_COLOUR, OUTPUT_COLOUR, shorten, svgOf, type Vertex } from "./graph-drawing.js";
import { callsOf, kerasClassOf, type Layer, type LayerCall, layersOf, shapeText } from "./model-summary.js";

/** More layers than these are drawn with chains as one node each and nested models closed. */
const MOST_LAYERS = 60;
/** A chain's node lists these many of its layers. */
const MOST_LINES = 8;

/**
 * A model's layers as an SVG from top to bottom, in the page's colours, without script. Nested models are drawn within
 * their nodes; in a model of more than 60 layers they are closed, and a chain is one node.
 * @returns undefined for a model without layers, or with more than can be read
 */
export function modelGraph(model: LayersModel): string | undefined {
  const isSmall = countLayers(model) <= MOST_LAYERS;
  const drawing = draw(graphOf(model, isSmall ? new Set() : undefined, true));
  return drawing && svgOf(drawing, `Graph of the model ${model.name}`);
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
      colour: outputs.has(call) ? OUTPUT_COLOUR : inputs.has(call) ? INPUT_COLOUR : undefined,
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
