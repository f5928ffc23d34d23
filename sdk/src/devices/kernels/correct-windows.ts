import { createRequire } from "node:module";
import type { backend_util } from "../../../tfjs/core.js";

type Util = typeof backend_util;

/**
 * Has windows in space that are smaller than their strides start at the first value where all outputs are to be computed ("same").
 * TensorFlow.js has them start further on, as its margin there is less than none; in the plane it does so.
 */
export function correctWindows(): void {
  const { backend_util: util } = createRequire(import.meta.url)("@tensorflow/tfjs-core") as { backend_util: Util };
  for (const name of ["computePool3DInfo", "computeConv3DInfo"] as const) {
    const own = util[name] as (...args: unknown[]) => ReturnType<Util["computeConv3DInfo"]>;
    Object.assign(util, {
      [name]: (...args: unknown[]) => {
        const windows = own(...args);
        const { padInfo } = windows;
        for (const [start, end] of [
          ["front", "back"],
          ["top", "bottom"],
          ["left", "right"],
        ] as const)
          if (padInfo[start] + padInfo[end] < 0) Object.assign(padInfo, { [start]: 0, [end]: 0 });
        return windows;
      },
    });
  }
}
