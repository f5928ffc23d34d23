/** So long a finding holds that was made while something was busy or slow, ms. */
const HOLDS = 600_000;

/** What drivers, the system and backends say when another time may do. */
const BUSY =
  /\bbusy\b|temporarily unavailable|timed out|out of memory|OUT_OF_(HOST_|DEVICE_|POOL_)?MEMORY|RESOURCE_EXHAUSTED|too many open files|\bE(AGAIN|BUSY|MFILE|NFILE|NOMEM)\b/i;

/** Whether a text tells of what time may mend, not of what is wrong with a device. */
export const tellsOfBusy = (text: string): boolean => BUSY.test(text);

/** When a finding of a busy machine is over, ms since 1970. */
export const soon = (): number => Date.now() + HOLDS;

/** Whether a finding holds no more. @param expires null: it lasts until what it is about changes */
export const isOver = (expires: number | null): boolean => expires !== null && expires <= Date.now();

/** When the first of findings is over; null if all of them last. */
export function earliest(all: readonly (number | null)[]): number | null {
  const times = all.filter((each) => each !== null);
  return times.length > 0 ? Math.min(...times) : null;
}
