import { LitError } from "../errors.js";
import { setCurrentDevice } from "./current-device.js";
import type { Device } from "./get-devices.js";
import { openRung } from "./rungs.js";
import { gpuIndexOf } from "./visible-gpu.js";

/**
 * Lets everything compute on a device from now on. Where none is set, `LIT_DEVICE` names it, else the best one computes.
 * @param name as `getDevices()` gives it, `gpu0` or `cpu`; with a backend that is to drive it: `cpu:wasm`
 * @throws LitError if there is no such device or nothing drives it; with what there is
 */
export async function setDevice(name: string): Promise<Device> {
  if (typeof name !== "string")
    throw new LitError(`${String(name)} is no device's name, expected one such as "cpu" or "gpu0"`);
  const { findDevice } = await import("./find-device.js");
  return useDevice(await findDevice(name));
}

/** @throws LitError if nothing drives it, or it does not start */
export async function useDevice(device: Device): Promise<Device> {
  if (!device.backend)
    throw new LitError(
      `nothing drives ${device.name} (${device.model}): ${device.rejected.map(({ backend, reason }) => `${backend}: ${reason}`).join("; ")}`,
      { code: "NO_DEVICE" },
    );
  if (device.backend === "tensorflow") checkSeen(device);
  await openRung(device.backend, { adapter: device.model, gpu: gpuIndexOf(device.name) });
  setCurrentDevice(device);
  if (device.backend === "tensorflow") seen = device.name;
  return device;
}

/** What TensorFlow sees in this process. */
let seen: string | null = null;

/** TensorFlow sees one GPU, or none, from its start to its process' end. */
function checkSeen({ name }: Device): void {
  if (seen !== null && seen !== name)
    throw new LitError(
      `TensorFlow already computes on ${seen} in this process, it cannot change to ${name}: restart the kernel and choose ${name} first`,
      { code: "DEVICE_IN_USE" },
    );
}
