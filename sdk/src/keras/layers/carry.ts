import { clone, keep, type Tensor } from "../../tf.js";

/** What was made within a model's call and outlives it. */
interface Carried {
  readonly tensor: Tensor;
  place(tensor: Tensor): void;
}

const calls: Carried[][] = [];

/**
 * Places a tensor that is no output of a layer: at once, and, within the call of a nested model, whose tidy would
 * dispose it, a copy again as that call ends.
 */
export function carry(tensor: Tensor, place: (tensor: Tensor) => void): void {
  const call = calls.at(-1);
  const placed = call ? keep(clone(tensor)) : tensor;
  call?.push({ tensor: placed, place });
  place(placed);
}

/** Runs the call of a nested model. */
export function callModel<T>(run: () => T): T {
  const call: Carried[] = [];
  calls.push(call);
  try {
    return run();
  } finally {
    calls.pop();
    for (const { tensor, place } of call) {
      carry(clone(tensor), place);
      tensor.dispose();
    }
  }
}
