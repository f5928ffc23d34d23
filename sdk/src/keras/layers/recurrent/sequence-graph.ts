import type { TensorInfo } from "@tensorflow/tfjs-core";
import { BOOL, FLOAT, type Graph, type Output } from "../../../devices/tensorflow/graph.js";
import type { NodeBackend } from "../../../devices/tensorflow/node-backend.js";
import { runGraph } from "../../../devices/tensorflow/run-graph.js";
import { registerKernel } from "../../../tf.js";
import { gradientOf } from "./sequence.js";

type Named = Readonly<Record<string, Output>>;

/** A recurrent cell's steps in a graph of TensorFlow's. */
export interface CellGraph {
  /** What steps multiply with and add, of `recurrent` [units, gates · units] and the `bias` of its product. */
  weights(graph: Graph, given: Named): Output[];
  /** The gradients of `recurrent` and `bias`, from those of the weights. */
  gradients(graph: Graph, dWeights: Output[], given: Named): Output[];
  /** One step from `x`, x·W + b, and the states before it; `kept` is what `back` takes besides these. */
  step(graph: Graph, x: Output, before: Output[], weights: Output[], given: Named): Forward;
  /** One step back, from the gradients of the states after it. */
  back(graph: Graph, dAfter: Output[], before: Output[], kept: Output[], weights: Output[], given: Named): Back;
}

export interface Forward {
  readonly after: Output[];
  readonly kept: Output[];
}

export interface Back {
  /** Of the states before the step. */
  readonly dBefore: Output[];
  readonly dProjected: Output;
  readonly dWeights: Output[];
}

/** Registers what `registerSequence` describes as kernels for TensorFlow, each of which is one call of its executor. */
export function registerSequenceGraph(name: string, cell: CellGraph): void {
  register(name, ({ all, keep }) => ({
    variant: `${all} ${keep}`,
    build: (graph, given) => forward(graph, cell, given, all === true, keep === true),
  }));
  register(gradientOf(name), () => ({ variant: "", build: (graph, given) => backward(graph, cell, given) }));
}

interface Variant {
  readonly variant: string;
  readonly build: (graph: Graph, given: Named) => Output[];
}

function register(kernelName: string, variantOf: (attributes: Readonly<Record<string, unknown>>) => Variant): void {
  registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      const { variant, build } = variantOf(attrs);
      return runGraph(backend as NodeBackend, `${kernelName} ${variant}`, inputs as Record<string, TensorInfo>, build);
    },
  });
}

function forward(graph: Graph, cell: CellGraph, given: Named, all: boolean, keep: boolean): Output[] {
  const { projected, h, c, mask } = given as Record<"projected" | "h", Output> & Named;
  const weights = cell.weights(graph, given);
  const counts = mask && countsOf(graph, mask);
  const { states, kept } = graph.loop({
    time: graph.lengthOf(projected),
    states: c ? [h, c] : [h],
    body: (step, before) => {
      const inner = weights.map((weight) => step.outside(weight));
      const done = cell.step(graph, step.of(projected), before, inner, given);
      const after = counts
        ? done.after.map((state, i) => graph.op("SelectV2", [step.of(counts, BOOL), state, before[i] as Output]))
        : done.after;
      const shown = all ? after.slice(0, 1) : [];
      return { states: after, kept: keep ? [...shown, ...before, ...done.kept] : shown };
    },
  });
  const shown = all ? kept.slice(0, 1) : [];
  const last = states.slice(shown.length).map((state) => graph.expand(state, 0));
  const parts = [...shown, ...last];
  return [parts.length > 1 ? graph.concat(parts, 0) : (parts[0] as Output), ...kept.slice(shown.length)];
}

function backward(graph: Graph, cell: CellGraph, given: Named): Output[] {
  const { h, c, mask, dy } = given as Record<"h" | "dy", Output> & Named;
  const steps = Object.keys(given).flatMap((name) => (name.startsWith("kept") ? [given[name] as Output] : []));
  const [first] = steps as [Output];
  const weights = cell.weights(graph, given);
  const counts = mask && countsOf(graph, mask);
  const time = graph.lengthOf(first);
  const zeros = (tensor: Output) => graph.op("ZerosLike", [tensor]);
  const initial = c ? [zeros(h), graph.at(dy, time)] : [zeros(h)];
  const count = initial.length;
  const { states, kept } = graph.loop({
    time,
    backwards: true,
    states: [...initial, ...weights.map(zeros)],
    body: (step, before) => {
      const inner = weights.map((weight) => step.outside(weight));
      const [dH, ...others] = before.slice(0, count) as [Output, ...Output[]];
      const dAfter = [graph.add(dH, step.of(dy)), ...others];
      const dCounting = counts ? dAfter.map((d) => graph.op("SelectV2", [step.of(counts, BOOL), d, zeros(d)])) : dAfter;
      const values = steps.map((tensor) => step.of(tensor));
      const [states, more] = [values.slice(0, count), values.slice(count)];
      const back = cell.back(graph, dCounting, states, more, inner, given);
      const dBefore = counts
        ? back.dBefore.map((d, i) => graph.add(d, graph.sub(dAfter[i] as Output, dCounting[i] as Output)))
        : back.dBefore;
      const sums = back.dWeights.map((d, i) => graph.add(before[count + i] as Output, d));
      return { states: [...dBefore, ...sums], kept: [back.dProjected] };
    },
  });
  const [dRecurrent, ...dBias] = cell.gradients(graph, states.slice(count), given);
  return [kept[0] as Output, dRecurrent as Output, ...states.slice(0, count), ...dBias];
}

/** Which rows of a mask [time, batch] count, [time, batch, 1]. */
const countsOf = (graph: Graph, mask: Output): Output =>
  graph.expand(graph.op("Cast", [mask], { SrcT: FLOAT, DstT: BOOL }), 2, BOOL);
