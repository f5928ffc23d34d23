import type { Unit } from "../bars/bar-frame.js";
import { LitDataError } from "../errors.js";
import { barWindow } from "./bar-window.js";
import type { Feature } from "./feature.js";
import { rsi } from "./rsi.js";
import { longUpdown } from "./updown.js";

const MOST_BARS = 100_000;
const KNOWN = "<count>_<size>_<unit> such as 100_1_min, RSI<period>TA_<unit> such as RSI14TA_day, long_updown";

/**
 * The feature or label that a name says.
 * @throws LitDataError that lists the names that can be built
 */
export function parseFeature(name: string): Feature {
  const window = /^(\d{1,6})_(\d{1,6})_(tick|sec|min|hour|day)$/.exec(name);
  if (window) {
    const [count, size] = [Number(window[1]), Number(window[2])];
    if (count >= 1 && count <= MOST_BARS && size >= 1) return barWindow(name, count, size, window[3] as Unit);
  }
  const strength = /^RSI(\d{1,4})TA_(tick|sec|min|hour|day)$/.exec(name);
  if (strength && Number(strength[1]) >= 2) return rsi(name, Number(strength[1]), strength[2] as Unit);
  if (name === "long_updown") return longUpdown(name);
  throw new LitDataError(`there is no feature or label ${JSON.stringify(name)}, expected one of: ${KNOWN}`);
}
