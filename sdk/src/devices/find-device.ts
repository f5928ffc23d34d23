import { LitError } from "../errors.js";
import type { Obstacle } from "./ask-child.js";
import { describeProcessor } from "./describe-processor.js";
import { findGpus, type Gpu } from "./find-gpus.js";
import type { Device } from "./get-devices.js";
import { earliest } from "./passing.js";
import { type ProbeOptions, probe } from "./probe.js";
import type { RungName } from "./rungs.js";
import { type Adapter, adapterFor, findAdapters } from "./webgpu/find-adapters.js";

/** A device that nothing was tried on yet. */
export interface Candidate extends Pick<Device, "name" | "model" | "memory" | "driver"> {
  /** What may drive it, best first. */
  readonly rungs: readonly RungName[];
  /** Why a rung does not drive it; null if it does. */
  readonly obstacleOf: (rung: RungName) => Promise<Obstacle | null>;
}

/** A device and what drives it. */
export interface Found {
  readonly device: Device;
  /** When a better rung is to be tried again, ms since 1970; null: when a version or a driver changes. */
  readonly expires: number | null;
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
  return rung === undefined ? (await withBest(candidate)).device : withRung(candidate, rung);
}

const noDevice = (message: string): LitError => new LitError(message, { code: "NO_DEVICE" });

/** The device with the first rung that drives it, and why those before it do not. */
export async function withBest({ rungs, obstacleOf, ...device }: Candidate): Promise<Found> {
  const rejected: { backend: RungName; reason: string }[] = [];
  const ends: (number | null)[] = [];
  for (const backend of rungs) {
    const obstacle = await obstacleOf(backend);
    if (!obstacle) return { device: { ...device, backend, rejected }, expires: earliest(ends) };
    rejected.push({ backend, reason: obstacle.reason });
    ends.push(obstacle.expires);
  }
  return { device: { ...device, backend: null, rejected }, expires: earliest(ends) };
}

/** The device with a rung that is asked for. @throws LitError if that does not drive it; with those that do */
async function withRung({ rungs, obstacleOf, ...device }: Candidate, text: string): Promise<Device> {
  const { name } = device;
  const rung = rungs.find((each) => each === text);
  const obstacle = rung && (await obstacleOf(rung));
  if (rung && !obstacle) return { ...device, backend: rung, rejected: [] };
  const reason = obstacle?.reason ?? `a backend of ${name} is one of ${rungs.join(", ")}`;
  const driving: string[] = [];
  for (const each of rungs) if (each !== rung && !(await obstacleOf(each))) driving.push(`${name}:${each}`);
  throw noDevice(
    `nothing computes on ${name}:${text}: ${reason}; ${driving.length > 0 ? `there is ${driving.join(", ")}` : "no other backend does"}`,
  );
}

export interface Cards {
  readonly cards: readonly Candidate[];
  /** Why Dawn sees no GPU, if there is none at all. */
  readonly unseen: string | null;
  /** When to look for others, ms since 1970; null: when a driver changes. */
  readonly expires: number | null;
}

/** The GPUs. */
export async function findCards(refresh: boolean): Promise<Cards> {
  const [{ gpus, expires }, seen] = await Promise.all([findGpus(), findAdapters({ refresh })]);
  const taken = new Set<Adapter>();
  const byDawn = (model: string): Obstacle | null => {
    const adapter = adapterFor(model, seen, taken);
    if (!("name" in adapter)) return { reason: adapter.reason, expires: seen.expires };
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
  // Those that only Dawn sees come after the others.
  const ends = gpus.length > 0 ? [expires] : [expires, seen.expires];
  return { cards, unseen: cards.length > 0 ? null : seen.reason, expires: earliest(ends) };
}

const FOREIGN: Obstacle = { reason: "it computes on GPUs that nvidia-smi names", expires: null };

/** @param obstacles what stands in a rung's way before it is tried */
function graphics(
  gpu: Omit<Gpu, "memory"> & Pick<Device, "memory">,
  obstacles: Readonly<Partial<Record<RungName, Obstacle | null>>>,
  refresh: boolean,
): Candidate {
  const { index, model, memory, driver } = gpu;
  const obstacleOf = async (rung: RungName) => obstacles[rung] ?? (await failureOn(rung, gpu, refresh));
  return { name: `gpu${index}`, model, memory, driver, rungs: ["tensorflow", "webgpu"], obstacleOf };
}

async function failureOn(rung: RungName, gpu: ProbeOptions["gpu"], refresh: boolean): Promise<Obstacle | null> {
  const { reason, usesGpu, expires } = await probe(rung, { gpu, refresh });
  if (reason !== null) return { reason, expires };
  return usesGpu || !gpu
    ? null
    : { reason: "it is there, but computes without the GPU: install it with --gpu", expires };
}

/** The processor. */
export function processor(refresh: boolean): Candidate {
  const obstacleOf = (rung: RungName) => failureOn(rung, null, refresh);
  return { ...describeProcessor(), rungs: ["tensorflow", "wasm", "cpu"], obstacleOf };
}
