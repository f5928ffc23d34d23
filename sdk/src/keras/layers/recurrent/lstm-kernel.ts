import { registerSequence, type Step, type StepBack, takeStates } from "./sequence.js";
import { add, addProducts, addressOf, multiply, sigmoid, tanh } from "./vectors.js";

/** The kernel's name: a backend that has it runs it. */
export const LSTM_KERNEL = "LitLstm";

/** LSTM (tanh, sigmoid), gates in Keras' order i, f, c, o. */
registerSequence(LSTM_KERNEL, 4, [step], [stepBack]);

function step({ projected, sums, h, inner: c, work, mask, units }: Step): void {
  const { inputs, terms, sums: total, gates, before, inner: cells, after, bent } = work;
  const width = 4 * units;
  inputs.set(projected);
  terms.set(sums);
  before.set(c);
  add(addressOf(inputs, 0), addressOf(terms, 0), addressOf(total, 0), total.length);
  for (let at = 0, state = 0; at < total.length; at += width, state += units) {
    const i = addressOf(gates, at);
    const [f, g, o] = [
      addressOf(gates, at + units),
      addressOf(gates, at + 2 * units),
      addressOf(gates, at + 3 * units),
    ];
    sigmoid(addressOf(total, at), i, 2 * units);
    tanh(addressOf(total, at + 2 * units), g, units);
    sigmoid(addressOf(total, at + 3 * units), o, units);
    addProducts(f, addressOf(before, state), i, g, addressOf(cells, state), units);
  }
  tanh(addressOf(cells, 0), addressOf(bent, 0), cells.length);
  for (let o = 3 * units, state = 0; o < total.length; o += width, state += units)
    multiply(addressOf(gates, o), addressOf(bent, state), addressOf(after, state), units);
  takeStates(c, cells, mask, units);
  takeStates(h, after, mask, units);
}

/** A masked step's h goes to the step before as it is, another's by its gates only. */
function stepBack({ inner, gates, before, dH, dInner, dSums, work, mask, units }: StepBack): void {
  const batch = dH.length / units;
  work.inner.set(inner);
  tanh(addressOf(work.inner, 0), addressOf(work.bent, 0), inner.length);
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
      const bent = work.bent[state] as number;
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
