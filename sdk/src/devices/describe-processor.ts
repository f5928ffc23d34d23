import { cpus, totalmem } from "node:os";
import type { Device } from "./get-devices.js";

/** The processor as a device, whatever drives it. */
export function describeProcessor(): Pick<Device, "name" | "model" | "memory" | "driver"> {
  const cores = cpus();
  const model = `${cores[0]?.model.trim() || process.arch}, ${cores.length} cores`;
  return { name: "cpu", model, memory: totalmem(), driver: null };
}
