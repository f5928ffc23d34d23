import { cpus, totalmem } from "node:os";
import { LitError } from "../errors.js";
import { findGpus, type Gpu } from "./find-gpus.js";
import type { Device } from "./get-devices.js";
import { type ProbeOptions, probe } from "./probe.js";
import type { RungName } from "./rungs.js";
import { type Adapter, adapterFor, findAdapters } from "./webgpu/find-adapters.js";

/** A device that nothing was tried on yet. */
export interface Candidate extends Pick<Device, "name" | "model" | "memory" | "driver"> {
  /** What may drive it, best first. */
  readonly rungs: readonly RungName[];
  /** Why a rung does not drive it; null if it does. */
  readonly reasonOf: (rung: RungName) => Promise<string | null>;
}

/**
 * A device as `setDevice` and `LIT_DEVICE` name it: `gpu0`, `cpu`, or with the backend that is to drive it, `cpu:wasm`. GPUs are
 * looked for only where one is meant.
 * @throws LitError if it is not there or not driven so; with what there is
 */
export async function findDevice(text: string): Promise<Device> {
  const [name = "", rung] = text.split(/:(.*)/s);
  const candidates = name === "cpu" ? [processor(false)] : [...(await findCards(false)).cards, processor(false)];
  const candidate = candidates.find((each) => each.name === name);
  if (!candidate) {
    const names = candidates.map((each) => each.name).join(", ");
    throw noDevice(`there is no device ${JSON.stringify(name)}, expected one of ${names}`);
  }
  return rung === undefined ? withBest(candidate) : withRung(candidate, rung);
}

const noDevice = (message: string): LitError => new LitError(message, { code: "NO_DEVICE" });

/** The device with the first rung that drives it, and why those before it do not. */
export async function withBest({ rungs, reasonOf, ...device }: Candidate): Promise<Device> {
  const rejected: { backend: RungName; reason: string }[] = [];
  for (const backend of rungs) {
    const reason = await reasonOf(backend);
    if (reason === null) return { ...device, backend, rejected };
    rejected.push({ backend, reason });
  }
  return { ...device, backend: null, rejected };
}

/** The device with a rung that is asked for. @throws LitError if that does not drive it; with those that do */
async function withRung({ rungs, reasonOf, ...device }: Candidate, text: string): Promise<Device> {
  const { name } = device;
  const rung = rungs.find((each) => each === text);
  const reason = rung ? await reasonOf(rung) : `a backend of ${name} is one of ${rungs.join(", ")}`;
  if (rung && reason === null) return { ...device, backend: rung, rejected: [] };
  const driving: string[] = [];
  for (const each of rungs) if (each !== rung && (await reasonOf(each)) === null) driving.push(`${name}:${each}`);
  throw noDevice(
    `nothing computes on ${name}:${text}: ${reason}; ${driving.length > 0 ? `there is ${driving.join(", ")}` : "no other backend does"}`,
  );
}

/** The GPUs, and why Dawn sees none, if there is none at all. */
export async function findCards(
  refresh: boolean,
): Promise<{ readonly cards: readonly Candidate[]; readonly unseen: string | null }> {
  const [gpus, seen] = await Promise.all([findGpus(), findAdapters({ refresh })]);
  const taken = new Set<Adapter>();
  const byDawn = (model: string) => {
    const adapter = adapterFor(model, seen, taken);
    if (!("name" in adapter)) return adapter.reason;
    taken.add(adapter);
    return null;
  };
  const cards = gpus.map((gpu) => graphics(gpu, { tensorflow: null, webgpu: byDawn(gpu.model) }, refresh));
  let index = (gpus.at(-1)?.index ?? -1) + 1;
  for (const { name, description } of seen.adapters) {
    // The driver's program named it already.
    if (gpus.some(({ model }) => name.includes(model))) continue;
    const gpu = { index: index++, model: name, memory: null, driver: description };
    cards.push(graphics(gpu, { tensorflow: FOREIGN, webgpu: byDawn(name) }, refresh));
  }
  return { cards, unseen: cards.length > 0 ? null : seen.reason };
}

const FOREIGN = "it computes on GPUs that nvidia-smi names";

/** @param obstacles what stands in a rung's way before it is tried */
function graphics(
  gpu: Omit<Gpu, "memory"> & Pick<Device, "memory">,
  obstacles: Readonly<Partial<Record<RungName, string | null>>>,
  refresh: boolean,
): Candidate {
  const { index, model, memory, driver } = gpu;
  const reasonOf = async (rung: RungName) => obstacles[rung] ?? (await failureOn(rung, gpu, refresh));
  return { name: `gpu${index}`, model, memory, driver, rungs: ["tensorflow", "webgpu"], reasonOf };
}

async function failureOn(rung: RungName, gpu: ProbeOptions["gpu"], refresh: boolean): Promise<string | null> {
  const { reason, usesGpu } = await probe(rung, { gpu, refresh });
  if (reason !== null || usesGpu) return reason;
  return "it is there, but computes without the GPU: install it with --gpu";
}

/** The processor. */
export function processor(refresh: boolean): Candidate {
  const reasonOf = async (rung: RungName) => (await probe(rung, { gpu: null, refresh })).reason;
  const cores = cpus();
  const model = `${cores[0]?.model.trim() || process.arch}, ${cores.length} cores`;
  return { name: "cpu", model, memory: totalmem(), driver: null, rungs: ["tensorflow", "wasm", "cpu"], reasonOf };
}
