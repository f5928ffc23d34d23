import { registerSequence, type Step, type StepBack } from "./sequence.js";

/** The kernel's name: a backend that has it runs it. */
export const GRU_KERNEL = "LitGru";

/**
 * GRU (tanh, sigmoid), gates in Keras' order z, r, h. With a bias of the recurrent product the reset gate scales h·U + b,
 * else h before the product.
 */
registerSequence(GRU_KERNEL, 3, [gateStep, outputStep], [candidateBack, gatesBack]);

/** Fills z and r of the gates, and `inner`: with a bias what r will scale, h·U + b, else what it has scaled, r·h. */
function gateStep({ projected, sums, bias, h, inner, activations, units }: Step): void {
  const { sums: raw, values: gates } = activations;
  const width = bias ? 3 * units : 2 * units;
  for (let row = 0, batch = h.length / units; row < batch; row++) {
    const begin = row * 3 * units;
    for (let gate = 0; gate < 2 * units; gate++) {
      const sum = (projected[begin + gate] as number) + (sums[row * width + gate] as number);
      raw[begin + gate] = bias ? sum + (bias[gate] as number) : sum;
    }
    activations.sigmoid(begin, 2 * units);
    for (let unit = 0, state = row * units; unit < units; unit++, state++)
      inner[state] = bias
        ? (sums[row * width + 2 * units + unit] as number) + (bias[2 * units + unit] as number)
        : (gates[begin + units + unit] as number) * (h[state] as number);
  }
}

/** Fills the candidate of the gates, and h in place. */
function outputStep({ projected, h, inner, product, activations, mask, units }: Step): void {
  const { sums: raw, values: gates } = activations;
  const candidates = 3 * h.length;
  for (let row = 0, batch = h.length / units; row < batch; row++)
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const at = row * 3 * units + unit;
      const added = product ? (product[state] as number) : (gates[at + units] as number) * (inner[state] as number);
      raw[candidates + state] = (projected[at + 2 * units] as number) + added;
    }
  activations.tanh(candidates, h.length);
  for (let row = 0, batch = h.length / units; row < batch; row++) {
    const isMasked = mask !== undefined && mask[row] === 0;
    for (let unit = 0, state = row * units; unit < units; unit++, state++) {
      const at = row * 3 * units + unit;
      const z = gates[at] as number;
      const candidate = gates[candidates + state] as number;
      gates[at + 2 * units] = candidate;
      if (!isMasked) h[state] = z * (h[state] as number) + (1 - z) * candidate;
    }
  }
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
