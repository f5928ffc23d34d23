import { registerSequence, type Step, type StepBack, takeStates } from "./sequence.js";
import { add, addressOf, blend, multiply, sigmoid, tanh } from "./vectors.js";

/** The kernel's name: a backend that has it runs it. */
export const GRU_KERNEL = "LitGru";

/**
 * GRU (tanh, sigmoid), gates in Keras' order z, r, h. With a bias of the recurrent product the reset gate scales h·U + b,
 * else h before the product.
 */
registerSequence(GRU_KERNEL, 3, [gateStep, outputStep], [candidateBack, gatesBack]);

/** Fills z and r of the gates, and `inner`: with a bias what r will scale, h·U + b, else what it has scaled, r·h. */
function gateStep({ projected, sums, bias, h, inner, work, units }: Step): void {
  const { inputs, terms, sums: total, gates, before, inner: scaled } = work;
  const width = bias ? 3 * units : 2 * units;
  inputs.set(projected);
  terms.set(sums);
  before.set(h);
  if (bias) work.bias.set(bias);
  for (let at = 0, term = 0, state = 0; at < total.length; at += 3 * units, term += width, state += units) {
    const [both, r] = [addressOf(total, at), addressOf(gates, at + units)];
    add(addressOf(inputs, at), addressOf(terms, term), both, 2 * units);
    if (bias) add(both, addressOf(work.bias, 0), both, 2 * units);
    sigmoid(both, addressOf(gates, at), 2 * units);
    const to = addressOf(scaled, state);
    if (bias) add(addressOf(terms, term + 2 * units), addressOf(work.bias, 2 * units), to, units);
    else multiply(r, addressOf(before, state), to, units);
  }
  inner.set(scaled);
}

/** Fills the candidate of the gates, and h in place. */
function outputStep({ h, product, work, mask, units }: Step): void {
  const { inputs, sums: total, gates, before, inner: scaled, after, bent } = work;
  if (product) scaled.set(product);
  // The sums of the gates are done with: those of the candidates take their place.
  for (let at = 0, state = 0; state < h.length; at += 3 * units, state += units) {
    const [added, to] = [addressOf(scaled, state), addressOf(total, state)];
    if (!product) multiply(addressOf(gates, at + units), added, to, units);
    add(addressOf(inputs, at + 2 * units), product ? added : to, to, units);
  }
  tanh(addressOf(total, 0), addressOf(bent, 0), h.length);
  for (let at = 0, state = 0; state < h.length; at += 3 * units, state += units) {
    const candidate = addressOf(bent, state);
    blend(addressOf(gates, at), candidate, addressOf(before, state), addressOf(after, state), units);
    gates.set(bent.subarray(state, state + units), at + 2 * units);
  }
  takeStates(h, after, mask, units);
}

/** The gradient of the candidate's sum; 0 where the step is masked. */
function candidateBack({ gates, dH, dInner, mask, units }: StepBack): void {
  for (let row = 0, batch = dH.length / units; row < batch; row++) {
    const isMasked = mask !== undefined && mask[row] === 0;
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const at = row * 3 * units + unit;
      const candidate = gates[at + 2 * units] as number;
      const slope = (1 - (gates[at] as number)) * (1 - candidate * candidate);
      dInner[state] = isMasked ? 0 : (dH[state] as number) * slope;
    }
  }
}

/** The gradients of the gates' sums, of x·W in `dProjected` and of h·U in `dSums`. */
function gatesBack({ inner, gates, before, dH, dInner, product, dProjected, dSums, mask, units }: StepBack): void {
  const width = product ? 2 * units : 3 * units;
  for (let row = 0, batch = dH.length / units; row < batch; row++) {
    if (mask && mask[row] === 0) {
      dProjected.fill(0, row * 3 * units, (row + 1) * 3 * units);
      dSums.fill(0, row * width, (row + 1) * width);
      continue;
    }
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const [at, to] = [row * 3 * units + unit, row * width + unit] as const;
      const z = gates[at] as number;
      const r = gates[at + units] as number;
      const h = before[state] as number;
      const dOutput = dH[state] as number;
      const dCandidate = dInner[state] as number;
      const dR = product ? (product[state] as number) * h : dCandidate * (inner[state] as number);
      dProjected[at] = dOutput * (h - (gates[at + 2 * units] as number)) * z * (1 - z);
      dProjected[at + units] = dR * r * (1 - r);
      dProjected[at + 2 * units] = dCandidate;
      dSums[to] = dProjected[at] as number;
      dSums[to + units] = dProjected[at + units] as number;
      if (!product) dSums[to + 2 * units] = dCandidate * r;
      dH[state] = dOutput * z + (product ? (product[state] as number) * r : 0);
    }
  }
}
