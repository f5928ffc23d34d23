import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { LitError } from "../../errors.js";
import { Graph, type Output } from "./graph.js";
import type { NodeBackend } from "./node-backend.js";
import { withVariables } from "./with-variables.js";

interface Loaded {
  readonly id: number;
  readonly inputs: string;
  readonly outputs: string;
}

const loaded = new Map<string, Loaded>();

/**
 * Runs a graph in one call. It is built at the first of a name with inputs of these names, and takes tensors of any shapes.
 * @returns the outputs that `build` gives
 */
export function runGraph(
  node: NodeBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  build: (graph: Graph, inputs: Readonly<Record<string, Output>>) => readonly Output[],
): TensorInfo[] {
  const names = Object.keys(inputs);
  const key = [name, ...names].join();
  const model = loaded.get(key) ?? load(node, names, build);
  loaded.set(key, model);
  const ids = node.getInputTensorIds(Object.values(inputs));
  return node.binding
    .runSavedModel(model.id, ids, model.inputs, model.outputs)
    .map((made) => node.createOutputTensor(made));
}

function load(node: NodeBackend, names: readonly string[], build: Parameters<typeof runGraph>[3]): Loaded {
  const graph = new Graph();
  const inputs = Object.fromEntries(names.map((name) => [name, graph.input(name)]));
  const outputs = build(graph, inputs).join();
  const folder = writeModel(graph.serialize());
  try {
    // The first one decides in which threads graphs run.
    const id = withVariables(() => node.binding.loadSavedModel(folder, "serve"));
    return { id, inputs: Object.values(inputs).join(), outputs };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** TensorFlow takes a graph from a file only. @returns the folder that holds it */
function writeModel(bytes: Uint8Array): string {
  const place = tmpdir();
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(place, "litlab-graph-"));
    writeFileSync(join(folder, "saved_model.pb"), bytes);
    return folder;
  } catch (cause) {
    if (folder) rmSync(folder, { recursive: true, force: true });
    const { code = null, message } = cause as NodeJS.ErrnoException;
    throw new LitError(
      `TensorFlow takes graphs from files, and the temporary folder ${place} takes none: ${message}; make room there, or let TMPDIR name a folder that can be written`,
      { code, cause },
    );
  }
}
