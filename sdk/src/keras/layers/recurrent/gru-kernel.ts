import type { TensorInfo } from "@tensorflow/tfjs-core";
import { cast, customGrad, engine, type NamedTensorMap, type Tensor, tensor1d } from "../../../tf.js";
import { sigmoid, tanh } from "./fast-math.js";
import {
  type KernelMemory,
  registerLoop,
  type SaveTensors,
  stepMask,
  transposed,
  transposeStates,
} from "./kernel-memory.js";

interface GruAttributes {
  /** Whether the reset gate scales the product h·U, else h before it. */
  readonly resetAfter: boolean;
  /** Whether the output of every step is given, else of the last only. */
  readonly all: boolean;
  /** Whether every step's gates and what the reset gate scales, which gradients need, are given as well. */
  readonly keep: boolean;
}

/** The kernel's name: a backend that has it runs it. */
export const GRU_KERNEL = "LitGru";
const BACKWARD = "LitGruGradient";

/**
 * GRU (tanh, sigmoid) over a sequence. `projected` [time, batch, 3 units] is x·W + b, gates in Keras' order z, r, h;
 * `recurrent` [units, 3 units]; `bias` [3 units] of the recurrent product, which counts with `resetAfter` only; `h`
 * [batch, units]; `mask` [time, batch], 0 where a step is left out, or empty. Gives [steps, batch, units]: h of every
 * step or of the last.
 */
registerLoop<"projected" | "recurrent" | "bias" | "h" | "mask", GruAttributes>(
  GRU_KERNEL,
  (memory, { projected, recurrent, bias, h, mask }, { resetAfter, all, keep }) => {
    const [time, batch, width] = projected.shape as [number, number, number];
    const units = width / 3;
    const size = batch * units;
    const states = memory.make([all ? time : 1, batch, units]);
    const gates = memory.make(keep ? [time, batch, width] : [0]);
    const scaled = memory.make(keep ? [time, batch, units] : [0]);
    const output = memory.make([batch, units]);
    const now = memory.make([batch, width]);
    const inner = memory.make([batch, units]);
    const parts = resetAfter ? [] : split(memory, recurrent, units);
    const [gateKernel = recurrent, candidateKernel = recurrent] = parts;
    memory.view(output).set(memory.view(h));
    for (let t = 0; t < time; t++) {
      const sums = memory.matMul(output, gateKernel);
      const given = () => memory.view(projected).subarray(t * batch * width, (t + 1) * batch * width);
      const biases = resetAfter ? memory.view(bias) : undefined;
      gateStep(given(), memory.view(sums), biases, memory.view(output), memory.view(now), memory.view(inner), units);
      memory.free(sums);
      if (keep) memory.view(scaled).set(memory.view(inner), t * size);
      const candidates = resetAfter ? inner : memory.matMul(inner, candidateKernel);
      const part = stepMask(memory.view(mask), t, batch);
      const isReset = !resetAfter;
      outputStep(given(), memory.view(candidates), memory.view(output), memory.view(now), part, isReset, units);
      if (candidates !== inner) memory.free(candidates);
      if (all) memory.view(states).set(memory.view(output), t * size);
      if (keep) memory.view(gates).set(memory.view(now), t * batch * width);
    }
    if (!all) memory.view(states).set(memory.view(output));
    for (const tensor of [output, now, inner, ...parts]) memory.free(tensor);
    if (keep) return [states, gates, scaled];
    memory.free(gates);
    memory.free(scaled);
    return [states];
  },
);

/** Columns [rows, 3 units] of the gates z and r, [rows, 2 units], and of the candidate, [rows, units], apart. */
function split(memory: KernelMemory, matrix: TensorInfo, units: number): [TensorInfo, TensorInfo] {
  const rows = matrix.shape.reduce((product, length) => product * length, 1) / (3 * units);
  const gates = memory.make([rows, 2 * units]);
  const candidates = memory.make([rows, units]);
  const [from, toGates, toCandidates] = [memory.view(matrix), memory.view(gates), memory.view(candidates)];
  for (let row = 0; row < rows; row++) {
    const at = row * 3 * units;
    toGates.set(from.subarray(at, at + 2 * units), row * 2 * units);
    toCandidates.set(from.subarray(at + 2 * units, at + 3 * units), row * units);
  }
  return [gates, candidates];
}

/** Fills z and r of `gates`, and `inner`: with a bias what r will scale, h·U + b, else what it has scaled, r·h. */
function gateStep(
  projected: Float32Array,
  sums: Float32Array,
  bias: Float32Array | undefined,
  h: Float32Array,
  gates: Float32Array,
  inner: Float32Array,
  units: number,
): void {
  const width = bias ? 3 * units : 2 * units;
  for (let row = 0, batch = h.length / units; row < batch; row++)
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const [at, from] = [row * 3 * units + unit, row * width + unit] as const;
      const z = (projected[at] as number) + (sums[from] as number);
      const r = (projected[at + units] as number) + (sums[from + units] as number);
      gates[at] = sigmoid(bias ? z + (bias[unit] as number) : z);
      gates[at + units] = sigmoid(bias ? r + (bias[units + unit] as number) : r);
      inner[state] = bias
        ? (sums[from + 2 * units] as number) + (bias[2 * units + unit] as number)
        : (gates[at + units] as number) * (h[state] as number);
    }
}

/** Fills the candidate of `gates`, and h in place. */
function outputStep(
  projected: Float32Array,
  candidates: Float32Array,
  h: Float32Array,
  gates: Float32Array,
  mask: Float32Array | undefined,
  isReset: boolean,
  units: number,
): void {
  for (let row = 0, batch = h.length / units; row < batch; row++) {
    const isMasked = mask !== undefined && mask[row] === 0;
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const at = row * 3 * units + unit;
      const z = gates[at] as number;
      const product = candidates[state] as number;
      const added = isReset ? product : (gates[at + units] as number) * product;
      const candidate = tanh((projected[at + 2 * units] as number) + added);
      gates[at + 2 * units] = candidate;
      if (!isMasked) h[state] = z * (h[state] as number) + (1 - z) * candidate;
    }
  }
}

/** The gradient of LitGru for `dy`, that of its states: of projected, recurrent, bias and h. */
registerLoop<
  "states" | "gates" | "scaled" | "recurrent" | "bias" | "h" | "mask" | "dy",
  { readonly resetAfter: boolean }
>(BACKWARD, (memory, { states, gates, scaled, recurrent, h, mask, dy }, { resetAfter }) => {
  const [time, batch, width] = gates.shape as [number, number, number];
  const units = width / 3;
  const size = batch * units;
  const dProjected = memory.make([time, batch, width]);
  const dSums = resetAfter ? memory.make([time, batch, width]) : dProjected;
  const dH = memory.make([batch, units]);
  const dGates = memory.make([batch, resetAfter ? width : 2 * units]);
  const dCandidates = memory.make([batch, units]);
  const parts = resetAfter ? [] : split(memory, recurrent, units);
  const [gateKernel = recurrent, candidateKernel] = parts;
  const backwards = transposed(memory, gateKernel, units, resetAfter ? width : 2 * units);
  const inwards = candidateKernel && transposed(memory, candidateKernel, units, units);
  memory.view(dH).fill(0);
  for (let t = time - 1; t >= 0; t--) {
    const [from, to] = [t * batch * width, (t + 1) * batch * width];
    const part = () => stepMask(memory.view(mask), t, batch);
    const before = () => (t > 0 ? memory.view(states).subarray((t - 1) * size, t * size) : memory.view(h));
    const dOutput = memory.view(dH);
    const given = memory.view(dy).subarray(t * size, (t + 1) * size);
    for (let at = 0; at < size; at++) (dOutput[at] as number) += given[at] as number;
    candidateBack(memory.view(gates).subarray(from, to), dOutput, memory.view(dCandidates), part(), units);
    const dReset = inwards && memory.matMul(dCandidates, inwards);
    gatesBack({
      gates: memory.view(gates).subarray(from, to),
      scaled: memory.view(scaled).subarray(t * size, (t + 1) * size),
      before: before(),
      dH: memory.view(dH),
      dCandidates: memory.view(dCandidates),
      dReset: dReset && memory.view(dReset),
      dProjected: memory.view(dProjected).subarray(from, to),
      dGates: memory.view(dGates),
      mask: part(),
      units,
    });
    if (dReset) memory.free(dReset);
    if (resetAfter) memory.view(dSums).set(memory.view(dGates), from);
    const product = memory.matMul(dGates, backwards);
    const added = memory.view(product);
    const direct = memory.view(dH);
    for (let at = 0; at < size; at++) (direct[at] as number) += added[at] as number;
    memory.free(product);
  }
  for (const tensor of [dGates, dCandidates, backwards, ...(inwards ? [inwards] : []), ...parts]) memory.free(tensor);
  const rows = time * batch;
  const previous = memory.make([units, rows]);
  transposeStates(memory.view(h), memory.view(states), memory.view(previous), rows, batch, units);
  const dBias = memory.make([width]);
  memory.view(dBias).fill(0);
  let dRecurrent: TensorInfo;
  if (resetAfter) {
    dRecurrent = memory.matMul(previous, { ...dSums, shape: [rows, width] });
    const sums = new Float64Array(width);
    const values = memory.view(dSums);
    for (let row = 0; row < rows; row++)
      for (let at = 0; at < width; at++) (sums[at] as number) += values[row * width + at] as number;
    memory.view(dBias).set(sums);
    memory.free(dSums);
  } else {
    const [ofGates, ofCandidates] = split(memory, dProjected, units);
    const inner = transposed(memory, scaled, rows, units);
    const products = [memory.matMul(previous, ofGates), memory.matMul(inner, ofCandidates)] as const;
    dRecurrent = memory.make([units, width]);
    const out = memory.view(dRecurrent);
    for (let row = 0; row < units; row++) {
      const [first, second] = [memory.view(products[0]), memory.view(products[1])];
      out.set(first.subarray(row * 2 * units, (row + 1) * 2 * units), row * width);
      out.set(second.subarray(row * units, (row + 1) * units), row * width + 2 * units);
    }
    for (const tensor of [ofGates, ofCandidates, inner, ...products]) memory.free(tensor);
  }
  memory.free(previous);
  return [dProjected, dRecurrent, dBias, dH];
});

/** The gradient of the candidate's sum; 0 where the step is masked. */
function candidateBack(
  gates: Float32Array,
  dH: Float32Array,
  dCandidates: Float32Array,
  mask: Float32Array | undefined,
  units: number,
): void {
  for (let row = 0, batch = dH.length / units; row < batch; row++) {
    const isMasked = mask !== undefined && mask[row] === 0;
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const at = row * 3 * units + unit;
      const candidate = gates[at + 2 * units] as number;
      const slope = (1 - (gates[at] as number)) * (1 - candidate * candidate);
      dCandidates[state] = isMasked ? 0 : (dH[state] as number) * slope;
    }
  }
}

interface GatesBack {
  readonly gates: Float32Array;
  readonly scaled: Float32Array;
  readonly before: Float32Array;
  /** In place of the output's gradient comes what goes to the state before directly. */
  readonly dH: Float32Array;
  readonly dCandidates: Float32Array;
  /** The gradient of r·h where the reset comes before the product. */
  readonly dReset: Float32Array | undefined;
  readonly dProjected: Float32Array;
  readonly dGates: Float32Array;
  readonly mask: Float32Array | undefined;
  readonly units: number;
}

/** The gradients of the gates' sums, of x·W in `dProjected` and of h·U in `dGates`. */
function gatesBack({
  gates,
  scaled,
  before,
  dH,
  dCandidates,
  dReset,
  dProjected,
  dGates,
  mask,
  units,
}: GatesBack): void {
  const width = dReset ? 2 * units : 3 * units;
  for (let row = 0, batch = dH.length / units; row < batch; row++) {
    if (mask && mask[row] === 0) {
      dProjected.fill(0, row * 3 * units, (row + 1) * 3 * units);
      dGates.fill(0, row * width, (row + 1) * width);
      continue;
    }
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const [at, to] = [row * 3 * units + unit, row * width + unit] as const;
      const z = gates[at] as number;
      const r = gates[at + units] as number;
      const h = before[state] as number;
      const dOutput = dH[state] as number;
      const dCandidate = dCandidates[state] as number;
      const dR = dReset ? (dReset[state] as number) * h : dCandidate * (scaled[state] as number);
      dProjected[at] = dOutput * (h - (gates[at + 2 * units] as number)) * z * (1 - z);
      dProjected[at + units] = dR * r * (1 - r);
      dProjected[at + 2 * units] = dCandidate;
      dGates[to] = dProjected[at] as number;
      dGates[to + units] = dProjected[at + units] as number;
      if (!dReset) dGates[to + 2 * units] = dCandidate * r;
      dH[state] = dOutput * z + (dReset ? (dReset[state] as number) * r : 0);
    }
  }
}

/** LitGru with its gradient. */
export function fusedGru(
  projected: Tensor,
  recurrent: Tensor,
  bias: Tensor,
  h: Tensor,
  mask: Tensor | undefined,
  { resetAfter, all }: Pick<GruAttributes, "resetAfter" | "all">,
): Tensor {
  const keep = engine().state.gradientDepth > 0;
  const steps = mask ? cast(mask, "float32") : tensor1d([]);
  const run = customGrad((...given) => {
    const [projected, recurrent, bias, h, save] = given as unknown as [Tensor, Tensor, Tensor, Tensor, SaveTensors];
    const inputs = { projected, recurrent, bias, h, mask: steps } as unknown as NamedTensorMap;
    const attributes = { resetAfter, all: all || keep, keep };
    const [states, gates, scaled] = engine().runKernel(GRU_KERNEL, inputs, attributes) as Tensor[];
    if (gates && scaled) save([states as Tensor, gates, scaled, recurrent, bias, h, steps]);
    return {
      value: states as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [states, gates, scaled, recurrent, bias, h, mask] = saved;
        const inputs = { states, gates, scaled, recurrent, bias, h, mask, dy } as unknown as NamedTensorMap;
        return engine().runKernel(BACKWARD, inputs, { resetAfter }) as Tensor[];
      },
    };
  });
  return run(projected, recurrent, bias, h);
}
