import { cpus, totalmem } from "node:os";
import { inspect } from "node:util";
import type { MimeBundle } from "../display/mime-bundle.js";
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
  const [gpus, seen] = await Promise.all([findGpus(), findAdapters({ refresh })]);
  const taken = new Set<Adapter>();
  const devices = new DeviceList();
  for (const gpu of gpus) {
    const adapter = adapterFor(gpu.model, seen, taken);
    const byDawn = "name" in adapter ? null : adapter.reason;
    if ("name" in adapter) taken.add(adapter);
    devices.push(await graphics(gpu, { tensorflow: null, webgpu: byDawn }, refresh));
  }
  let index = (gpus.at(-1)?.index ?? -1) + 1;
  for (const each of seen.adapters) {
    // The driver's program named it already.
    if (gpus.some(({ model }) => each.name.includes(model))) continue;
    const adapter = adapterFor(each.name, seen, taken);
    if ("name" in adapter) taken.add(adapter);
    const gpu = { index: index++, model: each.name, memory: null, driver: each.description };
    const reasons = { tensorflow: FOREIGN, webgpu: "name" in adapter ? null : adapter.reason };
    devices.push(await graphics(gpu, reasons, refresh));
  }
  devices.push(await processor(refresh, devices.length > 0 ? null : seen.reason));
  return devices;
}

const FOREIGN = "it computes on GPUs that nvidia-smi names";

type GraphicsRung = "tensorflow" | "webgpu";

/** @param reasons what stands in a backend's way before it is tried */
async function graphics(
  gpu: Omit<Gpu, "memory"> & Pick<Device, "memory">,
  reasons: Readonly<Record<GraphicsRung, string | null>>,
  refresh: boolean,
): Promise<Device> {
  const { index, model, memory, driver } = gpu;
  const reasonOf = async (rung: GraphicsRung) => reasons[rung] ?? (await failureOn(rung, gpu, refresh));
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

/** @param unseen why there is no GPU, if there is none */
async function processor(refresh: boolean, unseen: string | null): Promise<Device> {
  const rungs = RUNGS.filter((rung) => rung !== "webgpu" || unseen !== null);
  const chosen = await chooseRung(rungs, async (rung) =>
    rung === "webgpu" ? unseen : (await probe(rung, { gpu: null, refresh })).reason,
  );
  const cores = cpus();
  const model = `${cores[0]?.model.trim() || process.arch}, ${cores.length} cores`;
  return { name: "cpu", model, memory: totalmem(), driver: null, ...chosen };
}
