import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { writeBeside } from "../home.js";
import { askChild, type Obstacle } from "./ask-child.js";
import { foundFolder, keyOf } from "./best-device.js";
import type { Gpu } from "./find-gpus.js";
import { isOver, soon, tellsOfBusy } from "./passing.js";
import { environmentOf, identityOf, type RungName } from "./rungs.js";
import { visibleGpu } from "./visible-gpu.js";

const SCRIPT = fileURLToPath(new URL("./probe-main.js", import.meta.url));
/** A first start on a GPU compiles its kernels. */
const LIMIT = 120_000;

const result = z.object({
  /** What was tried. */
  identity: z.string(),
  /** Why it is not used; null if it is fine. */
  reason: z.string().nullable(),
  usesGpu: z.boolean(),
  /** When it is tried again, ms since 1970; null: when what was tried changes. */
  expires: z.number().nullable(),
});

/** What `probe-main.js` prints. */
const printed = result.pick({ usesGpu: true });

/** What came of trying a rung. */
export type Probe = z.infer<typeof result>;

export interface ProbeOptions {
  /** The GPU; null: without one. */
  readonly gpu: Pick<Gpu, "index" | "model" | "driver"> | null;
  /** Try again what was tried before. */
  readonly refresh: boolean;
  /** How long it may take, ms. Default two minutes. */
  readonly limit?: number;
}

/**
 * Tries a rung in a process of its own, which may crash or hang, and compares its numbers with cpu's. What comes of it is kept
 * until the rung's or the driver's version changes, or what points to its libraries, drivers and GPUs, or for some minutes where something was busy or slow.
 */
export async function probe(rung: RungName, { gpu, refresh, limit = LIMIT }: ProbeOptions): Promise<Probe> {
  let identity: string;
  try {
    identity = await identify(rung, gpu);
  } catch (error) {
    return { identity: rung, reason: (error as Error).message, usesGpu: false, expires: null };
  }
  const known = refresh ? null : await readKnown(pathFor(rung, identity));
  if (known?.identity === identity && !isOver(known.expires)) return known;
  const found = { identity, ...(await tryOut(rung, gpu, limit)) };
  await keep(rung, found);
  return found;
}

/** Has a rung not be tried, for what was seen of it elsewhere. */
export async function reject(rung: RungName, gpu: ProbeOptions["gpu"], obstacle: Obstacle): Promise<void> {
  const identity = await identify(rung, gpu).catch(() => null);
  if (identity !== null) await keep(rung, { identity, usesGpu: false, ...obstacle });
}

/** What a probe is of. @throws LitError if the rung is not installed */
async function identify(rung: RungName, gpu: ProbeOptions["gpu"]): Promise<string> {
  // The processor too: a cache may be for several machines.
  const parts = [await identityOf(rung), cpus()[0]?.model.trim() ?? process.arch];
  if (gpu) parts.push(`GPU ${gpu.index}`, `${gpu.model} with driver ${gpu.driver}`);
  const environment = environmentOf(rung, { ...process.env, ...visibleGpu(gpu?.index ?? null) });
  return [...parts, ...(environment ? [environment] : [])].join(", ");
}

const pathFor = (rung: RungName, identity: string): string => join(foundFolder(), `${rung}-${keyOf(identity)}.json`);

/** A cache that cannot be written costs the next process a probe. */
const keep = (rung: RungName, found: Probe): Promise<void> =>
  writeBeside(pathFor(rung, found.identity), (temporary) => writeFile(temporary, JSON.stringify(found))).catch(
    () => undefined,
  );

async function readKnown(path: string): Promise<Probe | null> {
  try {
    return result.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return null;
  }
}

async function tryOut(rung: RungName, gpu: ProbeOptions["gpu"], limit: number): Promise<Omit<Probe, "identity">> {
  const args = [SCRIPT, rung, ...(rung === "webgpu" && gpu ? [gpu.model] : [])];
  const answer = await askChild(args, printed, { env: visibleGpu(gpu?.index ?? null), limit });
  if ("reason" in answer) return { usesGpu: false, ...answer };
  const { usesGpu } = answer.value;
  // TensorFlow goes on without a GPU that is busy.
  const isPassing = gpu !== null && !usesGpu && tellsOfBusy(answer.stderr);
  return { reason: null, usesGpu, expires: isPassing ? soon() : null };
}
