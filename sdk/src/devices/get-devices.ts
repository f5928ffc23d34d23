import { cpus, totalmem } from "node:os";
import { inspect } from "node:util";
import type { MimeBundle } from "../display/mime-bundle.js";
import { LitError } from "../errors.js";
import { formatTable } from "../text-table.js";
import { findGpus, type Gpu } from "./find-gpus.js";
import { type ProbeOptions, probe } from "./probe.js";
import { RUNGS, type RungName } from "./rungs.js";
import { type Adapter, adapterFor, findAdapters } from "./webgpu/find-adapters.js";

/** What computes: a GPU, or the processor with all of its cores. */
export interface Device {
  /** `gpu0`, `gpu1`, …, `cpu` (the reference's names). */
  readonly name: string;
  readonly model: string;
  /** Bytes; null: not known, as Dawn does not say it. */
  readonly memory: number | null;
  /** A GPU's driver; null for cpu. */
  readonly driver: string | null;
  /** What drives it; null: nothing here can. */
  readonly backend: RungName | null;
  /** What would have come before `backend`, or stands in its way, with why it was not taken. */
  readonly rejected: readonly { readonly backend: RungName; readonly reason: string }[];
}

export interface DevicesOptions {
  /** Try every backend again. Default false: what was found holds until a version or a driver changes. */
  readonly refresh?: boolean;
}

export const DEVICE_COLUMNS = ["device", "model", "memory", "driver", "backend", "not taken"] as const;

/** The devices of this machine, GPUs first. */
export class DeviceList extends Array<Device> {
  /** What is made of its devices is an array of anything. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** The devices as rows of a table: what each is, what drives it, and why nothing better does. */
  toRows(): string[][] {
    return this.map(({ name, model, memory, driver, backend, rejected }) => [
      name,
      model,
      memory === null ? "unknown" : `${(memory / 2 ** 30).toFixed(1)} GiB`,
      driver ?? "",
      backend ?? "none",
      rejected.map((each) => `${each.backend}: ${each.reason}`).join("; "),
    ]);
  }

  override toString(): string {
    const rows = this.toRows();
    return formatTable(
      DEVICE_COLUMNS,
      rows.length,
      DEVICE_COLUMNS.map((_, column) => (row) => rows[row]?.[column]),
    );
  }

  [inspect.custom](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    return (await import("../display/devices.js")).devicesBundle(this);
  }
}

/** The devices of this machine, each with the best backend that passes its test; the first is the best. */
export async function getDevices({ refresh = false }: DevicesOptions = {}): Promise<DeviceList> {
  const { cards, unseen } = await findCards(refresh);
  const devices = new DeviceList();
  for (const card of cards) devices.push(await graphics(card, refresh));
  const cpu = await processor(refresh);
  // What the table says where there is no GPU.
  const missing =
    unseen === null || cpu.backend === "tensorflow" ? [] : [{ backend: "webgpu" as const, reason: unseen }];
  devices.push({ ...cpu, rejected: [...cpu.rejected, ...missing] });
  return devices;
}

/**
 * A device by its name. GPUs are looked for only where one is meant.
 * @throws LitError if there is none of that name; with those that there are
 */
export async function findDevice(name: string): Promise<Device> {
  if (name === "cpu") return processor(false);
  const { cards } = await findCards(false);
  const card = cards.find(({ index }) => name === `gpu${index}`);
  if (card) return graphics(card, false);
  const names = [...cards.map(({ index }) => `gpu${index}`), "cpu"].join(", ");
  throw new LitError(`there is no device ${JSON.stringify(name)}, expected one of ${names}`, { code: "NO_DEVICE" });
}

type GraphicsRung = "tensorflow" | "webgpu";

/** A GPU that nothing was tried on yet. */
interface Card extends Omit<Gpu, "memory">, Pick<Device, "memory"> {
  /** What stands in a backend's way before it is tried. */
  readonly reasons: Readonly<Record<GraphicsRung, string | null>>;
}

const FOREIGN = "it computes on GPUs that nvidia-smi names";

/** The GPUs, and why Dawn sees none, if there is none at all. */
async function findCards(
  refresh: boolean,
): Promise<{ readonly cards: readonly Card[]; readonly unseen: string | null }> {
  const [gpus, seen] = await Promise.all([findGpus(), findAdapters({ refresh })]);
  const taken = new Set<Adapter>();
  const byDawn = (model: string) => {
    const adapter = adapterFor(model, seen, taken);
    if (!("name" in adapter)) return adapter.reason;
    taken.add(adapter);
    return null;
  };
  const cards: Card[] = gpus.map((gpu) => ({ ...gpu, reasons: { tensorflow: null, webgpu: byDawn(gpu.model) } }));
  let index = (gpus.at(-1)?.index ?? -1) + 1;
  for (const { name, description } of seen.adapters) {
    // The driver's program named it already.
    if (gpus.some(({ model }) => name.includes(model))) continue;
    const reasons = { tensorflow: FOREIGN, webgpu: byDawn(name) };
    cards.push({ index: index++, model: name, memory: null, driver: description, reasons });
  }
  return { cards, unseen: cards.length > 0 ? null : seen.reason };
}

async function graphics(card: Card, refresh: boolean): Promise<Device> {
  const { index, model, memory, driver, reasons } = card;
  const reasonOf = async (rung: GraphicsRung) => reasons[rung] ?? (await failureOn(rung, card, refresh));
  return { name: `gpu${index}`, model, memory, driver, ...(await chooseRung(["tensorflow", "webgpu"], reasonOf)) };
}

/** The first rung that nothing stands in the way of, and what does of those before it. */
async function chooseRung<R extends RungName>(
  rungs: readonly R[],
  reasonOf: (rung: R) => Promise<string | null>,
): Promise<Pick<Device, "backend" | "rejected">> {
  const rejected: { backend: RungName; reason: string }[] = [];
  for (const backend of rungs) {
    const reason = await reasonOf(backend);
    if (reason === null) return { backend, rejected };
    rejected.push({ backend, reason });
  }
  return { backend: null, rejected };
}

async function failureOn(rung: GraphicsRung, gpu: ProbeOptions["gpu"], refresh: boolean): Promise<string | null> {
  const { reason, usesGpu } = await probe(rung, { gpu, refresh });
  if (reason !== null || usesGpu) return reason;
  return "it is there, but computes without the GPU: install it with --gpu";
}

async function processor(refresh: boolean): Promise<Device> {
  const rungs = RUNGS.filter((rung) => rung !== "webgpu");
  const chosen = await chooseRung(rungs, async (rung) => (await probe(rung, { gpu: null, refresh })).reason);
  const cores = cpus();
  const model = `${cores[0]?.model.trim() || process.arch}, ${cores.length} cores`;
  return { name: "cpu", model, memory: totalmem(), driver: null, ...chosen };
}
