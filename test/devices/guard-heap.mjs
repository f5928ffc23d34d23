import * as tf from "@litlab/sdk/tf";
import { replaceKernel } from "../../sdk/dist/devices/kernels/replace-kernel.js";

/** Bytes before and after each tensor's. */
const MARGIN = 64;
const MARKS = Buffer.alloc(MARGIN, 0xa5);

/** Has wasm's kernels throw where they have written beyond a tensor: its heap has no bounds between them. Tensors of before have no guards. */
export function guardHeap() {
  const module = tf.findBackend("wasm").wasm;
  // They set themselves to something faster at their first call.
  module._free(module._malloc(1));
  const { malloc, free } = module.asm;
  /** Bytes of the tensors, by their addresses. */
  const sizes = new Map();
  module._malloc = (size) => {
    const start = malloc(size + 2 * MARGIN);
    if (start === 0) return start; // it has no place
    const place = start + MARGIN;
    module.HEAPU8.set(MARKS, place - MARGIN);
    module.HEAPU8.set(MARKS, place + size);
    sizes.set(place, size);
    return place;
  };
  module._free = (place) => free(sizes.delete(place) ? place - MARGIN : place);
  const check = (kernelName, { inputs, attrs }) => {
    const heap = Buffer.from(module.HEAPU8.buffer);
    const isMarked = (start) => heap.compare(MARKS, 0, MARGIN, start, start + MARGIN) === 0;
    for (const [place, size] of sizes) {
      if (isMarked(place - MARGIN) && isMarked(place + size)) continue;
      sizes.delete(place);
      const shapes = JSON.stringify(Object.entries(inputs).map(([name, each]) => [name, each?.dtype, each?.shape]));
      throw new Error(`${kernelName} of ${shapes} wrote beyond a tensor of ${size} bytes: ${JSON.stringify(attrs)}`);
    }
  };
  for (const { kernelName } of tf.getKernelsForBackend("wasm"))
    replaceKernel(kernelName, "wasm", (own) => (call) => {
      try {
        return own(call);
      } finally {
        check(kernelName, call);
      }
    });
}
