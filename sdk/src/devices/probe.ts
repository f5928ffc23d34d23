import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { cacheFolder, writeBeside } from "../home.js";
import { askChild } from "./ask-child.js";
import type { Gpu } from "./find-gpus.js";
import { isOver, soon, tellsOfBusy } from "./passing.js";
import { identityOf, type RungName } from "./rungs.js";
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
 * until the rung's or the driver's version changes, or for some minutes where something was busy or slow.
 */
export async function probe(rung: RungName, { gpu, refresh, limit = LIMIT }: ProbeOptions): Promise<Probe> {
  let identity: string;
  try {
    // The processor too: a cache may be for several machines.
    identity = `${await identityOf(rung)}, ${cpus()[0]?.model.trim() ?? process.arch}`;
  } catch (error) {
    return { identity: rung, reason: (error as Error).message, usesGpu: false, expires: null };
  }
  if (gpu) identity += `, GPU ${gpu.index}, ${gpu.model} with driver ${gpu.driver}`;
  const key = createHash("sha256").update(identity).digest("hex").slice(0, 16);
  const path = join(cacheFolder(), "devices", `${rung}-${key}.json`);
  const known = refresh ? null : await readKnown(path);
  if (known?.identity === identity && !isOver(known.expires)) return known;
  const found = { identity, ...(await tryOut(rung, gpu, limit)) };
  // A cache that cannot be written costs the next process a probe.
  await writeBeside(path, (temporary) => writeFile(temporary, JSON.stringify(found))).catch(() => undefined);
  return found;
}

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
