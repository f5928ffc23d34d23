import { inspect } from "node:util";
import type { MimeBundle } from "../display/mime-bundle.js";
import { formatTable } from "../text-table.js";
import { writeBest } from "./best-device.js";
import { type Found, findCards, processor, withBest } from "./find-device.js";
import { earliest } from "./passing.js";
import type { RungName } from "./rungs.js";

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
  /** Try every backend again. Default false: what was found holds until a version or a driver changes, or for ten
   * minutes where something was busy or slow. */
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
  const { cards, unseen, expires } = await findCards(refresh);
  const devices = new DeviceList();
  const ends = [expires];
  const take = (found: Found): Device => {
    // What is behind the best one does not matter to it.
    if (!bestOf(devices)) ends.push(found.expires);
    return found.device;
  };
  for (const card of cards) devices.push(take(await withBest(card)));
  const cpu = take(await withBest(processor(refresh)));
  // What the table says where there is no GPU.
  const missing =
    unseen === null || cpu.backend === "tensorflow" ? [] : [{ backend: "webgpu" as const, reason: unseen }];
  devices.push({ ...cpu, rejected: [...cpu.rejected, ...missing] });
  const best = bestOf(devices);
  if (best) await writeBest(best, earliest(ends));
  return devices;
}

/** The first that something drives. */
export const bestOf = (devices: readonly Device[]): Device | undefined =>
  devices.find(({ backend }) => backend !== null);
