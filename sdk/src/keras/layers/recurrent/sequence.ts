import type { TensorInfo } from "@tensorflow/tfjs-core";
import { cast, customGrad, engine, type NamedTensorMap, type Tensor } from "../../../tf.js";
import type { RunOptions } from "./cell.js";
import { type KernelMemory, registerLoop, stepOf, transposed } from "./kernel-memory.js";
import { makeVectors } from "./vectors.js";

/** Vectors that a step computes with. */
export interface Work {
  /** Each [batch, gates · units]; `inputs` is for x·W + b, `terms` for h · recurrent. */
  readonly inputs: Float32Array;
  readonly terms: Float32Array;
  readonly sums: Float32Array;
  /** What gradients need of a step. */
  readonly gates: Float32Array;
  /** Each [batch, units]. */
  readonly before: Float32Array;
  readonly inner: Float32Array;
  readonly after: Float32Array;
  readonly bent: Float32Array;
  /** [gates · units]. */
  readonly bias: Float32Array;
}

function makeWork(batch: number, width: number, units: number): Work {
  const [gates, states] = [batch * width, batch * units];
  const made = makeVectors(gates, gates, gates, gates, states, states, states, states, width);
  const [inputs, terms, sums, bends, before, inner, after, bent, bias] = made;
  return { inputs, terms, sums, gates: bends, before, inner, after, bent, bias };
}

/** What a step reads, and writes in place; each [batch, …]. */
export interface Step {
  readonly projected: Float32Array;
  /** h · recurrent. */
  readonly sums: Float32Array;
  readonly bias: Float32Array | undefined;
  readonly h: Float32Array;
  /** c of a cell that has it, else what gradients need besides the gates. */
  readonly inner: Float32Array;
  /** inner · candidate's kernel, in the second stage. */
  readonly product: Float32Array | undefined;
  /** Stays from stage to stage; its `gates` are filled. */
  readonly work: Work;
  readonly mask: Float32Array | undefined;
  readonly units: number;
}

/** What a step back reads, and writes in place. */
export interface StepBack extends Pick<Step, "inner" | "mask" | "units"> {
  /** For tanh of what is in `inner`. */
  readonly work: Pick<Work, "inner" | "bent">;
  readonly gates: Float32Array;
  /** The c before, of a cell without it the h before. */
  readonly before: Float32Array;
  /** The gradient of h; in its place comes what goes to the h before directly. */
  readonly dH: Float32Array;
  /** That of c, in whose place comes that of the c before; of a cell without it that of the candidate's sum. */
  readonly dInner: Float32Array;
  /** dInner · the candidate's kernelᵀ, in the second stage. */
  readonly product: Float32Array | undefined;
  /** The gradient of x·W + b; a cell with c leaves it: there it is `dSums`. */
  readonly dProjected: Float32Array;
  readonly dSums: Float32Array;
}

type Stages<Views> = readonly [first: (views: Views) => void, second?: (views: Views) => void];
type Inputs<Name extends string, Optional extends string> = Record<Name, TensorInfo> &
  Partial<Record<Optional, TensorInfo>>;
type Given = Inputs<"recurrent" | "h", "bias" | "c" | "mask">;

/**
 * Registers a recurrent cell's loop over a sequence, and its gradient, as kernels. `projected` [time, batch, gates · units]
 * is x·W + b; `recurrent` [units, gates · units] multiplies `h` [batch, units]; `mask` [time, batch] is 0 where a step is
 * left out. With them comes `c`, or a `bias` of that product; without either the last gate's part of `recurrent`, the
 * candidate's, multiplies `inner`, not h. Gives [steps, batch, units]: h of every step with `all`, else of the last, then
 * the last c; with `keep` also each step's `inner` and gates, which gradients need.
 */
export function registerSequence(name: string, gateCount: number, forward: Stages<Step>, back: Stages<StepBack>): void {
  registerLoop(name, (memory, inputs, { all, keep }) => {
    const { projected, recurrent, h, bias, c, mask } = inputs as Given & Inputs<"projected", never>;
    const [time, batch, width] = projected.shape as [number, number, number];
    const units = width / gateCount;
    const states = memory.make([(all ? time : 1) + (c ? 1 : 0), batch, units]);
    const kept = keep ? [memory.make([time, batch, units]), memory.make([time, batch, width])] : [];
    const [output, inner] = [memory.make([batch, units]), memory.make([batch, units])];
    const work = makeWork(batch, width, units);
    const [kernel, candidate] = bias || c ? [recurrent] : split(memory, recurrent, width - units);
    memory.view(output).set(memory.view(h));
    if (c) memory.view(inner).set(memory.view(c));
    for (let t = 0; t < time; t++) {
      const sums = memory.matMul(output, kernel);
      runStages(memory, forward, inner, candidate, (product) => ({
        projected: stepOf(memory, projected, t),
        sums: memory.view(sums),
        bias: bias && memory.view(bias),
        h: memory.view(output),
        inner: memory.view(inner),
        product,
        work,
        mask: mask && stepOf(memory, mask, t),
        units,
      }));
      memory.free(sums);
      if (all) stepOf(memory, states, t).set(memory.view(output));
      for (const [i, tensor] of kept.entries())
        stepOf(memory, tensor, t).set(i === 0 ? memory.view(inner) : work.gates);
    }
    if (!all) stepOf(memory, states, 0).set(memory.view(output));
    if (c) stepOf(memory, states, all ? time : 1).set(memory.view(inner));
    for (const tensor of [output, inner, ...(candidate ? [kernel, candidate] : [])]) memory.free(tensor);
    return [states, ...kept];
  });

  registerLoop(gradientOf(name), (memory, inputs) => {
    const {
      states,
      kept0: inner,
      kept1: gates,
      dy,
      recurrent,
      h,
      bias,
      c,
      mask,
    } = inputs as Given & Inputs<"states" | "kept0" | "kept1" | "dy", never>;
    const [time, batch, width] = gates.shape as [number, number, number];
    const [units, rows] = [width / gateCount, time * batch];
    const [kernel, candidate] = bias || c ? [recurrent] : split(memory, recurrent, width - units);
    const columns = kernel.shape[1] as number;
    const dProjected = memory.make([time, batch, width]);
    const dProducts = c ? dProjected : memory.make([time, batch, columns]);
    const dCandidates = candidate && memory.make([time, batch, units]);
    const [dH, dInner] = [memory.make([batch, units]), memory.make([batch, units])];
    const dSums = memory.make([batch, columns]);
    const [forTanh, bent] = makeVectors(batch * units, batch * units);
    const backwards = transposed(memory, kernel, units, columns);
    const inwards = candidate && transposed(memory, candidate, units, units);
    memory.view(dH).fill(0);
    if (c) memory.view(dInner).set(stepOf(memory, dy, time));
    for (let t = time - 1; t >= 0; t--) {
      const [after, initial] = c ? [inner, c] : [states, h];
      accumulate(memory.view(dH), stepOf(memory, dy, t));
      runStages(memory, back, dInner, inwards, (product) => ({
        inner: stepOf(memory, inner, t),
        gates: stepOf(memory, gates, t),
        before: t > 0 ? stepOf(memory, after, t - 1) : memory.view(initial),
        dH: memory.view(dH),
        dInner: memory.view(dInner),
        product,
        dProjected: stepOf(memory, dProjected, t),
        dSums: memory.view(dSums),
        work: { inner: forTanh, bent },
        mask: mask && stepOf(memory, mask, t),
        units,
      }));
      stepOf(memory, dProducts, t).set(memory.view(dSums));
      if (dCandidates) stepOf(memory, dCandidates, t).set(memory.view(dInner));
      const product = memory.matMul(dSums, backwards);
      accumulate(memory.view(dH), memory.view(product));
      memory.free(product);
    }
    const asRows = (tensor: TensorInfo, length: number) => ({ ...tensor, shape: [rows, length] });
    const previous = memory.make([units, rows]);
    transposeStates(memory.view(h), memory.view(states), memory.view(previous), rows, batch, units);
    const done = [previous, dSums, backwards];
    let dRecurrent = memory.matMul(previous, asRows(dProducts, columns));
    if (candidate && dCandidates && inwards) {
      const across = transposed(memory, inner, rows, units);
      const parts = [dRecurrent, memory.matMul(across, asRows(dCandidates, units))] as const;
      dRecurrent = memory.make([units, width]);
      copyColumns(memory, parts[0], 0, dRecurrent, 0, columns);
      copyColumns(memory, parts[1], 0, dRecurrent, columns, units);
      done.push(kernel, candidate, inwards, dCandidates, across, ...parts);
    }
    const gradients = [dProjected, dRecurrent, dH];
    if (c) gradients.push(dInner);
    else done.push(dInner, dProducts);
    if (bias) gradients.push(sumOfRows(memory, dProducts, columns));
    for (const tensor of done) memory.free(tensor);
    return gradients;
  });
}

/** The kernel that does the projection too: see `registerSequenceGraph`. */
export const projectingOf = (name: string): string => `${name}Projecting`;

export const gradientOf = (name: string): string => `${name}Gradient`;

/** Takes over the states after a step, those of rows that are left out stay. */
export function takeStates(
  states: Float32Array,
  after: Float32Array,
  mask: Float32Array | undefined,
  units: number,
): void {
  if (!mask) states.set(after);
  else
    for (let row = 0; row < mask.length; row++)
      if (mask[row] !== 0) states.set(after.subarray(row * units, (row + 1) * units), row * units);
}

function copyColumns(
  memory: KernelMemory,
  from: TensorInfo,
  fromAt: number,
  to: TensorInfo,
  toAt: number,
  count: number,
): void {
  const [source, target] = [memory.view(from), memory.view(to)];
  const [rows, width, toWidth] = [...from.shape, to.shape[1]] as [number, number, number];
  for (let row = 0; row < rows; row++)
    target.set(source.subarray(row * width + fromAt, row * width + fromAt + count), row * toWidth + toAt);
}

/** The first `count` columns of a matrix, and the others. */
function split(memory: KernelMemory, matrix: TensorInfo, count: number): [TensorInfo, TensorInfo] {
  const [rows, width] = matrix.shape as [number, number];
  const parts: [TensorInfo, TensorInfo] = [memory.make([rows, count]), memory.make([rows, width - count])];
  copyColumns(memory, matrix, 0, parts[0], 0, count);
  copyColumns(memory, matrix, count, parts[1], 0, width - count);
  return parts;
}

/** The second stage takes the product of a [batch, units] and b, if there is one. */
function runStages<Views>(
  memory: KernelMemory,
  [first, second]: Stages<Views>,
  a: TensorInfo,
  b: TensorInfo | undefined,
  views: (product?: Float32Array) => Views,
): void {
  first(views());
  const product = b && memory.matMul(a, b);
  second?.(views(product && memory.view(product)));
  if (product) memory.free(product);
}

function accumulate(sums: Float32Array, values: Float32Array): void {
  for (let at = 0; at < sums.length; at++) (sums[at] as number) += values[at] as number;
}

function sumOfRows(memory: KernelMemory, matrix: TensorInfo, columns: number): TensorInfo {
  const total = memory.make([columns]);
  const [sums, values] = [new Float64Array(columns), memory.view(matrix)];
  for (let row = 0; row < values.length; row += columns)
    for (let at = 0; at < columns; at++) (sums[at] as number) += values[row + at] as number;
  memory.view(total).set(sums);
  return total;
}

/** The states before each step, `h` and all outputs but the last, [time · batch, units], as [units, time · batch]. */
function transposeStates(
  h: Float32Array,
  states: Float32Array,
  out: Float32Array,
  rows: number,
  batch: number,
  units: number,
): void {
  for (let row = 0; row < rows; row++) {
    const [from, at] = row < batch ? [h, row * units] : [states, (row - batch) * units];
    for (let unit = 0; unit < units; unit++) out[unit * rows + row] = from[at + unit] as number;
  }
}

/** Runs a kernel with its gradient. @param inputs the kernel's, but for the mask */
export function runSequence(name: string, inputs: NamedTensorMap, { mask, all }: Omit<RunOptions, "training">): Tensor {
  // The tape runs while gradients are taken of what is computed here.
  const keep = engine().state.gradientDepth > 0;
  const named: NamedTensorMap = { ...inputs, ...(mask && { mask: cast(mask, "float32") }) };
  const { projected: _, ...rest } = named;
  const run = customGrad((...given) => {
    const save = given.at(-1) as unknown as (tensors: Tensor[]) => void;
    const attributes = { all: all || keep, keep };
    const outputs = engine().runKernel(name, named, attributes) as Tensor[];
    const [states, ...steps] = outputs as [Tensor, ...Tensor[]];
    const kept: NamedTensorMap = { ...rest, states };
    for (const [i, tensor] of steps.entries()) kept[`kept${i}`] = tensor;
    if (keep) save(Object.values(kept));
    return {
      value: states,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const again = Object.keys(kept).map((key, i) => [key, saved[i]]);
        return engine().runKernel(gradientOf(name), { ...Object.fromEntries(again), dy }) as Tensor[];
      },
    };
  });
  return run(...Object.values(inputs));
}
