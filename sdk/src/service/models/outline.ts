import type { LayersModel } from "@tensorflow/tfjs-layers";
import { kerasClassOf, shapeText, summaryText } from "../../display/model-summary.js";
import { LitModelError } from "../../errors.js";
import { isModelNode, layersOf } from "../../keras/build-model.js";
import { resolveCall, type TensorRef } from "../../keras/calls.js";
import { isNode, type KerasContainer, type KerasNode, type StoredArray } from "../../keras/file/container.js";
import { withContainer } from "../../keras/file/read-container.js";
import { OuterLayer } from "../../keras/layers/inner-layer.js";
import { isModelLayer, type Layer } from "../../keras/layers/layer-type.js";
import { buildUnset } from "../../keras/load-model.js";
import { inputShapeOf, nameOf, type Origin } from "../../keras/make-layer.js";
import { pairWeights } from "../../keras/weights.js";
import type { Result } from "../../rpc/methods.js";
import { sizeOf } from "../../tensors/size-of.js";
import { type Stored, storedOf } from "./stored-weights.js";
import { tidySettings } from "./tidy-settings.js";

/** A model's graph as pages draw it. */
export type ModelGraph = Result<"models.graph">;
type GraphNode = ModelGraph["nodes"][number];
type Built = { readonly model: LayersModel; readonly arrays: ReadonlyMap<Layer["weights"][number], StoredArray> };

const LIMITS = { nodes: 20_000, edges: 100_000 };

/**
 * The graph of a model file: its layers as its config has them, nested models with theirs, and the shapes that come out
 * when it is put together. No weights are read and nothing in the file is executed.
 * @throws LitModelError that names the file: it is damaged, beyond a limit or no model
 */
export const outlineOf = (path: string): Promise<ModelGraph> =>
  withContainer(path, async (container) => {
    const { config } = container;
    if (!config) throw new LitModelError(`${path}: the file holds weights and no model`);
    const built = build(container, config);
    const graph = new Outline(container, "problem" in built ? null : built);
    graph.add(config, undefined, "problem" in built ? undefined : built.model, storedOf(container));
    const { nodes, edges } = graph;
    const name = typeof config.config.name === "string" ? config.config.name : config.class_name;
    if ("problem" in built) {
      const parameters = nodes.filter(({ parent }) => !parent).reduce((sum, node) => sum + node.parameters, 0);
      return { name, summary: "", parameters, nodes, edges, problem: built.problem };
    }
    const { model } = built;
    try {
      return { name, summary: summaryText(model), parameters: model.countParams(), nodes, edges, problem: null };
    } finally {
      model.dispose();
    }
  });

/** A model without its weights, and where they are; or what does not load. */
function build(container: KerasContainer, config: KerasNode): Built | { readonly problem: string } {
  let model: LayersModel;
  try {
    model = buildUnset(container);
  } catch (error) {
    return { problem: (error as Error).message };
  }
  try {
    const pairs = pairWeights(model, config, container);
    const arrays = new Map(pairs.map(({ variable, array }) => [variable, array]));
    const weights = model.weights.flatMap((weight) => {
      const array = arrays.get(weight.read() as never);
      return array ? [[weight, array] as const] : [];
    });
    return { model, arrays: new Map(weights) };
  } catch (error) {
    model.dispose();
    return { problem: (error as Error).message };
  }
}

/** Nodes and edges of a model and of those within it. */
class Outline {
  readonly nodes: GraphNode[] = [];
  readonly edges: ModelGraph["edges"] = [];
  readonly #origin: Origin;
  readonly #built: Built | null;
  readonly #ids = new Set<string>();

  constructor(origin: Origin, built: Built | null) {
    this.#origin = origin;
    this.#built = built;
  }

  /** @param model the same, put together, where it could be */
  add(node: KerasNode, parent: string | undefined, model: LayersModel | undefined, stored: Stored): void {
    const { path } = this.#origin;
    const layers = layersOf(node, this.#origin);
    const made = new Map(model?.layers.map((layer) => [layer.name, layer]));
    const ids = new Map<string, string>();
    const groups = stored.of(node, layers, this.#origin);
    for (const [i, layer] of layers.entries()) {
      const name = nameOf(layer, this.#origin);
      const id = this.#newId(parent === undefined ? name : `${parent}/${name}`);
      ids.set(name, id);
      this.#addNode(layer, { id, name, parent }, made.get(name), groups[i] as Stored);
      if (this.nodes.length > LIMITS.nodes) throw new LitModelError(`${path}: more than ${LIMITS.nodes} layers`);
    }
    const shapes = new Map(layers.map((layer) => [nameOf(layer, this.#origin), inputShapeOf(layer)]));
    const shapeOf = ([name, call, output]: TensorRef): string => {
      const calls = made.get(name)?.inboundNodes;
      const tensor = (calls?.[call] ?? calls?.at(-1))?.outputTensors[output];
      const shape = shapes.get(name);
      return tensor ? shapeText([tensor]) : shape ? shapeText([{ shape }]) : "";
    };
    for (const [ref, to] of node.class_name === "Sequential" ? chain([...ids.keys()]) : this.#refs(layers)) {
      const [from, target] = [ids.get(ref[0]), ids.get(to)];
      if (from === undefined || target === undefined) continue;
      this.edges.push({ from, to: target, shape: shapeOf(ref) });
      if (this.edges.length > LIMITS.edges) throw new LitModelError(`${path}: more than ${LIMITS.edges} connections`);
    }
  }

  #addNode(
    node: KerasNode,
    { id, name, parent }: { readonly id: string; readonly name: string; readonly parent: string | undefined },
    layer: Layer | undefined,
    stored: Stored,
  ): void {
    const isModel = isModelNode(node);
    const { layer: wrapped } = node.config;
    const inner = isModel ? node : isNode(wrapped) && isModelNode(wrapped) ? wrapped : undefined;
    const weights = inner ? [] : this.#weightsOf(layer, stored);
    const tensors = layer?.inboundNodes.at(-1)?.outputTensors;
    const given = inputShapeOf(node);
    this.nodes.push({
      id,
      title: name,
      type:
        isModel && node.class_name === "Model"
          ? "Functional"
          : layer && !isModel
            ? kerasClassOf(layer)
            : node.class_name,
      ...(parent !== undefined && { parent }),
      shape: tensors
        ? shapeText(tensors)
        : given && node.class_name === "InputLayer"
          ? shapeText([{ shape: given }])
          : "",
      parameters: layer
        ? sum([...new Set(layer.weights)].map(({ shape }) => sizeOf(shape.map((length) => length ?? 1))))
        : sum(stored.arrays.map(({ array }) => sizeOf(array.shape))),
      settings: tidySettings(node.config),
      weights,
    });
    if (!inner) return;
    const models = layer instanceof OuterLayer ? [...layer.inner.values()] : [layer];
    this.add(
      inner,
      id,
      models.find((each) => each && isModelLayer(each)) as LayersModel | undefined,
      isModel ? stored : stored.within("layer"),
    );
  }

  #weightsOf(layer: Layer | undefined, stored: Stored): GraphNode["weights"] {
    const known = layer?.weights.flatMap((weight) => {
      const array = this.#built?.arrays.get(weight);
      return array ? [{ name: weight.originalName.replace(`${layer.name}/`, ""), array }] : [];
    });
    return (known ?? stored.arrays).map(({ name, array: { path, shape, dtype } }) => ({
      name,
      path,
      shape: [...shape],
      dtype,
    }));
  }

  /** What each layer's calls take. */
  #refs(layers: readonly KerasNode[]): [TensorRef, string][] {
    return layers.flatMap((layer) => {
      const name = nameOf(layer, this.#origin);
      const refs = new Map<string, [TensorRef, string]>();
      for (const inbound of layer.inbound_nodes ?? [])
        try {
          resolveCall(inbound, (ref) => {
            refs.set(ref.join(), [ref, name]);
            return undefined;
          });
        } catch (cause) {
          throw new LitModelError(`${this.#origin.path}: layer '${name}': ${(cause as Error).message}`, { cause });
        }
      return [...refs.values()];
    });
  }

  #newId(wanted: string): string {
    let id = wanted;
    for (let number = 2; this.#ids.has(id); number++) id = `${wanted}#${number}`;
    this.#ids.add(id);
    return id;
  }
}

const chain = (names: readonly string[]): [TensorRef, string][] =>
  names.slice(1).map((name, i) => [[names[i] as string, 0, 0], name]);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
