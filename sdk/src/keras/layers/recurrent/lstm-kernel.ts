import { cast, customGrad, engine, type NamedTensorMap, type Tensor, tensor1d } from "../../../tf.js";
import { sigmoid, tanh } from "./fast-math.js";
import { registerLoop, type SaveTensors, stepMask, transposed, transposeStates } from "./kernel-memory.js";

interface LstmAttributes {
  /** Whether the output of every step is given, else of the last only. */
  readonly all: boolean;
  /** Whether the cells and gates of every step, which gradients need, are given as well. */
  readonly keep: boolean;
}

/** The kernel's name: a backend that has it runs it. */
export const LSTM_KERNEL = "LitLstm";
const BACKWARD = "LitLstmGradient";

/**
 * LSTM (tanh, sigmoid) over a sequence. `projected` [time, batch, 4 units] is x·W + b, gates in Keras' order i, f, c, o;
 * `recurrent` [units, 4 units]; `h` and `c` [batch, units]; `mask` [time, batch], 0 where a step is left out, or one
 * number. Gives [steps + 1, batch, units]: h of every step or of the last, then the last c.
 */
registerLoop<"projected" | "recurrent" | "h" | "c" | "mask", LstmAttributes>(
  LSTM_KERNEL,
  (memory, { projected, recurrent, h, c, mask }, { all, keep }) => {
    const [time, batch, width] = projected.shape as [number, number, number];
    const units = width / 4;
    const size = batch * units;
    const states = memory.make([(all ? time : 1) + 1, batch, units]);
    const cells = memory.make(keep ? [time, batch, units] : [0]);
    const gates = memory.make(keep ? [time, batch, width] : [0]);
    const output = memory.make([batch, units]);
    const carry = memory.make([batch, units]);
    memory.view(output).set(memory.view(h));
    memory.view(carry).set(memory.view(c));
    for (let t = 0; t < time; t++) {
      const sums = memory.matMul(output, recurrent);
      step(
        memory.view(projected).subarray(t * batch * width, (t + 1) * batch * width),
        memory.view(sums),
        memory.view(output),
        memory.view(carry),
        keep ? memory.view(gates).subarray(t * batch * width, (t + 1) * batch * width) : undefined,
        stepMask(memory.view(mask), t, batch),
        units,
      );
      memory.free(sums);
      if (all) memory.view(states).set(memory.view(output), t * size);
      if (keep) memory.view(cells).set(memory.view(carry), t * size);
    }
    const end = memory.view(states).length - size;
    if (!all) memory.view(states).set(memory.view(output));
    memory.view(states).set(memory.view(carry), end);
    memory.free(output);
    memory.free(carry);
    if (keep) return [states, cells, gates];
    memory.free(cells);
    memory.free(gates);
    return [states];
  },
);

/** One step: h and c in place, and the gates' values. */
function step(
  projected: Float32Array,
  sums: Float32Array,
  h: Float32Array,
  c: Float32Array,
  gates: Float32Array | undefined,
  mask: Float32Array | undefined,
  units: number,
): void {
  const batch = h.length / units;
  for (let row = 0; row < batch; row++) {
    if (mask && mask[row] === 0) continue;
    for (let unit = 0, at = row * 4 * units, state = row * units; unit < units; unit++, at++, state++) {
      const [toF, toG, toO] = [at + units, at + 2 * units, at + 3 * units] as const;
      const i = sigmoid((projected[at] as number) + (sums[at] as number));
      const f = sigmoid((projected[toF] as number) + (sums[toF] as number));
      const g = tanh((projected[toG] as number) + (sums[toG] as number));
      const o = sigmoid((projected[toO] as number) + (sums[toO] as number));
      const cell = f * (c[state] as number) + i * g;
      c[state] = cell;
      h[state] = o * tanh(cell);
      if (!gates) continue;
      gates[at] = i;
      gates[toF] = f;
      gates[toG] = g;
      gates[toO] = o;
    }
  }
}

/** The gradient of LitLstm for `dy`, that of its states: of projected, recurrent, h and c. */
registerLoop<"states" | "cells" | "gates" | "recurrent" | "h" | "c" | "mask" | "dy", object>(
  BACKWARD,
  (memory, { states, cells, gates, recurrent, h, c, mask, dy }) => {
    const [time, batch, width] = gates.shape as [number, number, number];
    const units = width / 4;
    const size = batch * units;
    const dProjected = memory.make([time, batch, width]);
    const dH = memory.make([batch, units]);
    const dC = memory.make([batch, units]);
    const backwards = transposed(memory, recurrent, units, width);
    const dGates = memory.make([batch, width]);
    memory.view(dH).fill(0);
    memory.view(dC).set(memory.view(dy).subarray(time * size));
    for (let t = time - 1; t >= 0; t--) {
      const dOutput = memory.view(dH);
      const given = memory.view(dy).subarray(t * size, (t + 1) * size);
      for (let at = 0; at < size; at++) (dOutput[at] as number) += given[at] as number;
      stepBack(
        memory.view(gates).subarray(t * batch * width, (t + 1) * batch * width),
        memory.view(cells).subarray(t * size, (t + 1) * size),
        t > 0 ? memory.view(cells).subarray((t - 1) * size, t * size) : memory.view(c),
        dOutput,
        memory.view(dC),
        memory.view(dGates),
        stepMask(memory.view(mask), t, batch),
        units,
      );
      memory.view(dProjected).set(memory.view(dGates), t * batch * width);
      const previous = memory.matMul(dGates, backwards);
      keepMasked(memory.view(previous), memory.view(dH), stepMask(memory.view(mask), t, batch), units);
      memory.view(dH).set(memory.view(previous));
      memory.free(previous);
    }
    memory.free(dGates);
    memory.free(backwards);
    const before = memory.make([units, time * batch]);
    transposeStates(memory.view(h), memory.view(states), memory.view(before), time * batch, batch, units);
    const dRecurrent = memory.matMul(before, { ...dProjected, shape: [time * batch, width] });
    memory.free(before);
    return [dProjected, dRecurrent, dH, dC];
  },
);

/** Where a step is masked, the gradient of its output goes on to the step before as it is. */
function keepMasked(previous: Float32Array, dH: Float32Array, mask: Float32Array | undefined, units: number): void {
  if (!mask) return;
  for (const [row, value] of mask.entries())
    if (value === 0) previous.set(dH.subarray(row * units, (row + 1) * units), row * units);
}

/** One step back: from the gradients of h and c to those of the gates' sums, and in place of c's that of the c before. */
function stepBack(
  gates: Float32Array,
  cells: Float32Array,
  before: Float32Array,
  dH: Float32Array,
  dC: Float32Array,
  dGates: Float32Array,
  mask: Float32Array | undefined,
  units: number,
): void {
  const batch = dH.length / units;
  for (let row = 0; row < batch; row++) {
    if (mask && mask[row] === 0) {
      dGates.fill(0, row * 4 * units, (row + 1) * 4 * units);
      continue;
    }
    for (let unit = 0, at = row * 4 * units, state = row * units; unit < units; unit++, at++, state++) {
      const [toF, toG, toO] = [at + units, at + 2 * units, at + 3 * units] as const;
      const i = gates[at] as number;
      const f = gates[toF] as number;
      const g = gates[toG] as number;
      const o = gates[toO] as number;
      const bent = tanh(cells[state] as number);
      const dOutput = dH[state] as number;
      const dCell = (dC[state] as number) + dOutput * o * (1 - bent * bent);
      dGates[at] = dCell * g * i * (1 - i);
      dGates[toF] = dCell * (before[state] as number) * f * (1 - f);
      dGates[toG] = dCell * i * (1 - g * g);
      dGates[toO] = dOutput * bent * o * (1 - o);
      dC[state] = dCell * f;
    }
  }
}

/** LitLstm with its gradient. */
export function fusedLstm(
  projected: Tensor,
  recurrent: Tensor,
  h: Tensor,
  c: Tensor,
  mask: Tensor | undefined,
  all: boolean,
): Tensor {
  // The tape runs while gradients are taken of what is computed here.
  const keep = engine().state.gradientDepth > 0;
  const steps = mask ? cast(mask, "float32") : tensor1d([]);
  const run = customGrad((...given) => {
    const [projected, recurrent, h, c, save] = given as unknown as [Tensor, Tensor, Tensor, Tensor, SaveTensors];
    const inputs = { projected, recurrent, h, c, mask: steps } as unknown as NamedTensorMap;
    const [states, cells, gates] = engine().runKernel(LSTM_KERNEL, inputs, { all: all || keep, keep }) as Tensor[];
    if (cells && gates) save([states as Tensor, cells, gates, recurrent, h, c, steps]);
    return {
      value: states as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [states, cells, gates, recurrent, h, c, mask] = saved;
        const inputs = { states, cells, gates, recurrent, h, c, mask, dy } as unknown as NamedTensorMap;
        return engine().runKernel(BACKWARD, inputs) as Tensor[];
      },
    };
  });
  return run(projected, recurrent, h, c);
}
