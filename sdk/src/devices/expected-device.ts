import { readBest } from "./best-device.js";
import { nameWithBackend } from "./current-device.js";

/**
 * What will compute, without loading what computes: `LIT_DEVICE`, else the best device as it was found before; null if that is
 * only found at the first computation.
 */
export async function expectedDevice(): Promise<string | null> {
  const { LIT_DEVICE } = process.env;
  if (LIT_DEVICE) return LIT_DEVICE;
  const best = await readBest();
  return best && nameWithBackend(best);
}
