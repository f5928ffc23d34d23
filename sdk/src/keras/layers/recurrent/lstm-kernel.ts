import { sigmoid, tanh } from "./fast-math.js";
import { registerSequence, type Step, type StepBack } from "./sequence.js";

/** The kernel's name: a backend that has it runs it. */
export const LSTM_KERNEL = "LitLstm";

/** LSTM (tanh, sigmoid), gates in Keras' order i, f, c, o. */
registerSequence(LSTM_KERNEL, 4, [step], [stepBack]);

function step({ projected, sums, h, inner: c, gates, mask, units }: Step): void {
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
      gates[at] = i;
      gates[toF] = f;
      gates[toG] = g;
      gates[toO] = o;
    }
  }
}

/** A masked step's h goes to the step before as it is, another's by its gates only. */
function stepBack({ inner, gates, before, dH, dInner, dSums, mask, units }: StepBack): void {
  const batch = dH.length / units;
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
      const bent = tanh(inner[state] as number);
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
