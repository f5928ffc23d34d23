import { cpus, totalmem } from "node:os";
import { inspect } from "node:util";
import type { MimeBundle } from "../display/mime-bundle.js";
import { formatTable } from "../text-table.js";
import { findGpus } from "./find-gpus.js";
import { probe } from "./probe.js";
import { RUNGS, type RungName } from "./rungs.js";

/** What computes: a GPU, or the processor with all of its cores. */
export interface Device {
  /** `gpu0`, `gpu1`, …, `cpu` (the reference's names). */
  readonly name: string;
  readonly model: string;
  /** Bytes. */
  readonly memory: number;
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
      `${(memory / 2 ** 30).toFixed(1)} GiB`,
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
  const devices = new DeviceList();
  for (const { index, model, memory, driver } of await findGpus()) {
    const { reason, usesGpu } = await probe("tensorflow", { gpu: { index, driver }, refresh });
    const rejected = reason ?? (usesGpu ? null : "it is there, but computes without the GPU: install it with --gpu");
    devices.push({
      name: `gpu${index}`,
      model,
      memory,
      driver,
      backend: rejected === null ? "tensorflow" : null,
      rejected: rejected === null ? [] : [{ backend: "tensorflow", reason: rejected }],
    });
  }
  devices.push(await processor(refresh));
  return devices;
}

async function processor(refresh: boolean): Promise<Device> {
  const rejected: { backend: RungName; reason: string }[] = [];
  let backend: RungName | null = null;
  for (const rung of RUNGS) {
    const { reason } = await probe(rung, { gpu: null, refresh });
    if (reason === null) {
      backend = rung;
      break;
    }
    rejected.push({ backend: rung, reason });
  }
  const cores = cpus();
  const model = `${cores[0]?.model.trim() || process.arch}, ${cores.length} cores`;
  return { name: "cpu", model, memory: totalmem(), driver: null, backend, rejected };
}
