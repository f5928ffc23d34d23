import type { TensorInfo } from "@tensorflow/tfjs-core";
import { BOOL, FLOAT, type Graph, type Output } from "../../../devices/tensorflow/graph.js";
import type { NodeBackend } from "../../../devices/tensorflow/node-backend.js";
import { runGraph } from "../../../devices/tensorflow/run-graph.js";
import { registerKernel } from "../../../tf.js";
import { gradientOf, projectingOf } from "./sequence.js";

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
  /** TensorFlow's op for the states after every step, without masks: of a few rows an op a gate takes longer. */
  whole?(graph: Graph, given: Named): Output[];
}

/** Up to here `whole` is faster. */
const FEW_ROWS = 32;

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

/**
 * Registers a cell's loop over a sequence, and its gradient, as kernels for TensorFlow, each of which is one call of its
 * executor. Their inputs and outputs are those of `registerSequence`, but for `projected` they take `x` [time, batch,
 * features], `kernel` [features, gates · units] and perhaps `inputBias` [gates · units].
 */
export function registerSequenceGraph(sequence: string, cell: CellGraph): void {
  const name = projectingOf(sequence);
  register(name, ({ all, keep }, { x, mask }) => {
    const rows = x?.shape[1] ?? 0;
    const whole = !keep && !mask && rows > 0 && rows <= FEW_ROWS ? cell.whole : undefined;
    return {
      variant: `${all} ${keep} ${whole !== undefined}`,
      build: (graph, given) =>
        whole
          ? [pack(graph, whole(graph, given), all === true)]
          : forward(graph, cell, given, all === true, keep === true),
    };
  });
  register(gradientOf(name), () => ({ variant: "", build: (graph, given) => backward(graph, cell, given) }));
}

interface Variant {
  readonly variant: string;
  readonly build: (graph: Graph, given: Named) => Output[];
}

type Infos = Readonly<Record<string, TensorInfo>>;

function register(
  kernelName: string,
  variantOf: (attributes: Readonly<Record<string, unknown>>, inputs: Infos) => Variant,
): void {
  registerKernel({
    kernelName,
    backendName: "tensorflow",
    kernelFunc: ({ inputs, attrs = {}, backend }) => {
      const { variant, build } = variantOf(attrs, inputs as Infos);
      return runGraph(backend as NodeBackend, `${kernelName} ${variant}`, inputs as Infos, build);
    },
  });
}

/** The states after every step, as the kernel gives them: the first's last one, or with `all` every one, then the others' last. */
function pack(graph: Graph, states: readonly Output[], all: boolean): Output {
  const last = (tensor: Output) => graph.expand(graph.at(tensor, graph.ints([-1])), 0);
  const parts = states.map((state, i) => (all && i === 0 ? state : last(state)));
  return graph.concat(parts, 0);
}

function forward(graph: Graph, cell: CellGraph, given: Named, all: boolean, keep: boolean): Output[] {
  const { x, kernel, inputBias, h, c, mask } = given as Record<"x" | "kernel" | "h", Output> & Named;
  const weights = cell.weights(graph, given);
  const counts = mask && countsOf(graph, mask);
  const projected = graph.project(x, kernel);
  const { states, kept } = graph.loop({
    time: graph.lengthOf(x),
    states: c ? [h, c] : [h],
    body: (step, before) => {
      const inner = weights.map((weight) => step.outside(weight));
      const product = step.of(projected);
      const sums = inputBias ? graph.op("BiasAdd", [product, step.outside(inputBias)]) : product;
      const done = cell.step(graph, sums, before, inner, given);
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
  const { x, kernel, inputBias, h, c, mask, dy } = given as Record<"x" | "kernel" | "h" | "dy", Output> & Named;
  const steps = Object.keys(given).flatMap((name) => (name.startsWith("kept") ? [given[name] as Output] : []));
  const weights = cell.weights(graph, given);
  const counts = mask && countsOf(graph, mask);
  const time = graph.lengthOf(x);
  const zeros = (tensor: Output) => graph.op("ZerosLike", [tensor]);
  const initial = c ? [zeros(h), graph.at(dy, time)] : [zeros(h)];
  const count = initial.length;
  const biases = inputBias ? [inputBias] : [];
  const { states, kept } = graph.loop({
    time,
    backwards: true,
    states: [...initial, ...[kernel, ...biases, ...weights].map(zeros)],
    body: (step, before) => {
      const inner = weights.map((weight) => step.outside(weight));
      const [dH, ...others] = before.slice(0, count) as [Output, ...Output[]];
      const dAfter = [graph.add(dH, step.of(dy)), ...others];
      const dCounting = counts ? dAfter.map((d) => graph.op("SelectV2", [step.of(counts, BOOL), d, zeros(d)])) : dAfter;
      const values = steps.map((tensor) => step.of(tensor));
      const [states, more] = [values.slice(0, count), values.slice(count)];
      const back = cell.back(graph, dCounting, states, more, inner, given);
      const { dProjected } = back;
      const dBefore = counts
        ? back.dBefore.map((d, i) => graph.add(d, graph.sub(dAfter[i] as Output, dCounting[i] as Output)))
        : back.dBefore;
      const dBiases = biases.map(() => graph.op("BiasAddGrad", [dProjected]));
      const terms = [graph.matMul(step.of(x), dProjected, "a"), ...dBiases, ...back.dWeights];
      const sums = terms.map((term, i) => graph.add(before[count + i] as Output, term));
      return { states: [...dBefore, ...sums], kept: [graph.matMul(dProjected, step.outside(kernel), "b")] };
    },
  });
  const dInitial = states.slice(0, count);
  const [dKernel, ...sums] = states.slice(count) as [Output, ...Output[]];
  const dInputBias = sums.splice(0, biases.length);
  const [dRecurrent, ...dBias] = cell.gradients(graph, sums, given) as [Output, ...Output[]];
  return [...kept, dKernel, ...dInputBias, dRecurrent, ...dInitial, ...dBias];
}

/** Which rows of a mask [time, batch] count, [time, batch, 1]. */
const countsOf = (graph: Graph, mask: Output): Output =>
  graph.expand(graph.op("Cast", [mask], { SrcT: FLOAT, DstT: BOOL }), 2, BOOL);
