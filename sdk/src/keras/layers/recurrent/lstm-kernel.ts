import { registerSequence, type Step, type StepBack } from "./sequence.js";

/** The kernel's name: a backend that has it runs it. */
export const LSTM_KERNEL = "LitLstm";

/** LSTM (tanh, sigmoid), gates in Keras' order i, f, c, o. */
registerSequence(LSTM_KERNEL, 4, [step], [stepBack]);

function step({ projected, sums, h, inner: c, activations, mask, units }: Step): void {
  const { sums: raw, values: gates } = activations;
  const width = 4 * units;
  const cells = 4 * h.length;
  for (let at = 0; at < cells; at++) raw[at] = (projected[at] as number) + (sums[at] as number);
  for (let at = 0; at < cells; at += width) {
    activations.sigmoid(at, 2 * units);
    activations.tanh(at + 2 * units, units);
    activations.sigmoid(at + 3 * units, units);
  }
  for (let at = 0, state = 0; at < cells; at += width)
    for (let i = at; i < at + units; i++, state++)
      raw[cells + state] =
        (gates[i + units] as number) * (c[state] as number) + (gates[i] as number) * (gates[i + 2 * units] as number);
  activations.tanh(cells, h.length);
  for (let at = 0, state = 0; at < cells; at += width) {
    const isMasked = mask !== undefined && mask[at / width] === 0;
    for (let o = at + 3 * units; o < at + width; o++, state++) {
      if (isMasked) continue;
      c[state] = raw[cells + state] as number;
      h[state] = (gates[o] as number) * (gates[cells + state] as number);
    }
  }
}

/** A masked step's h goes to the step before as it is, another's by its gates only. */
function stepBack({ inner, gates, before, dH, dInner, dSums, activations, mask, units }: StepBack): void {
  const batch = dH.length / units;
  activations.sums.set(inner);
  activations.tanh(0, inner.length);
  for (let row = 0; row < batch; row++) {
    if (mask && mask[row] === 0) {
      dSums.fill(0, row * 4 * units, (row + 1) * 4 * units);
      continue;
    }
    for (let unit = 0, at = row * 4 * units, state = row * units; unit < units; unit++, at++, state++) {
      const [toF, toG, toO] = [at + units, at + 2 * units, at + 3 * units] as const;
      const i = gates[at] as number;
      const f = gates[toF] as number;
      const g = gates[toG] as number;
      const o = gates[toO] as number;
      const bent = activations.values[state] as number;
      const dOutput = dH[state] as number;
      const dCell = (dInner[state] as number) + dOutput * o * (1 - bent * bent);
      dSums[at] = dCell * g * i * (1 - i);
      dSums[toF] = dCell * (before[state] as number) * f * (1 - f);
      dSums[toG] = dCell * i * (1 - g * g);
      dSums[toO] = dOutput * bent * o * (1 - o);
      dInner[state] = dCell * f;
      dH[state] = 0;
    }
  }
}
