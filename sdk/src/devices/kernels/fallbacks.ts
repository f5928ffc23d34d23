import { deviceOn, nameWithBackend } from "../current-device.js";

/** A computation that a backend has no kernel for, and that cpu does in its place. */
export interface Fallback {
  readonly backend: string;
  readonly kernel: string;
  readonly calls: number;
  /** How long they took, moving the numbers included. */
  readonly ms: number;
}

/** So much time is worth a word, ms. */
const NOTICEABLE = 1000;

const tallies = new Map<string, { -readonly [K in keyof Fallback]: Fallback[K] }>();
/** How long each backend's took. */
const totals = new Map<string, number>();

/** What cpu computed for other backends so far, the longest first. */
export const fallbacks = (): Fallback[] =>
  [...tallies.values()].map((tally) => ({ ...tally })).sort((a, b) => b.ms - a.ms);

/** Counts one, and says once for a backend that they take long. */
export function countFallback(backend: string, kernel: string, ms: number): void {
  const key = `${backend} ${kernel}`;
  const tally = tallies.get(key) ?? { backend, kernel, calls: 0, ms: 0 };
  tallies.set(key, tally);
  tally.calls++;
  tally.ms += ms;
  const before = totals.get(backend) ?? 0;
  totals.set(backend, before + ms);
  if (before < NOTICEABLE && before + ms >= NOTICEABLE) console.warn(warningOf(backend));
}

function warningOf(backend: string): string {
  const [longest] = fallbacks().filter((each) => each.backend === backend);
  const device = deviceOn(backend);
  const place = device ? nameWithBackend(device) : backend;
  return `${place} has no kernel for ${longest?.kernel}: JavaScript computes it, ${longest?.calls} times in ${Math.round(longest?.ms ?? 0)} ms so far. fallbacks() counts them all, getDevices() lists what may do better.`;
}
