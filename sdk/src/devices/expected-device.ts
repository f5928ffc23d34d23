import { describeMachine, readBest } from "./best-device.js";
import { nameWithBackend } from "./current-device.js";
import { findMarks } from "./opening-marks.js";

/**
 * What will compute, without loading what computes: `LIT_DEVICE`, else the best device as it was found before; null if that is
 * only found at the first computation.
 */
export async function expectedDevice(): Promise<string | null> {
  const { LIT_DEVICE } = process.env;
  if (LIT_DEVICE) return LIT_DEVICE;
  const machine = await describeMachine();
  if ((await findMarks(machine)).length > 0) return null;
  const best = await readBest(machine);
  return best && nameWithBackend(best);
}
