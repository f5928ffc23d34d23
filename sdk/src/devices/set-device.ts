import { LitError } from "../errors.js";
import { currentDevice, setCurrentDevice } from "./current-device.js";
import { type Device, findDevice } from "./get-devices.js";
import { visibleGpu } from "./probe.js";
import { openRung } from "./rungs.js";

/**
 * Lets everything compute on a device from now on. `LIT_DEVICE` chooses the first one.
 * @param name as `getDevices()` gives it: `gpu0`, `cpu`
 * @throws LitError if there is no such device or nothing drives it; with those that there are
 */
export async function setDevice(name: string): Promise<Device> {
  const device = await findDevice(name);
  if (!device.backend)
    throw new LitError(
      `nothing drives ${name} (${device.model}): ${device.rejected.map(({ backend, reason }) => `${backend}: ${reason}`).join("; ")}`,
      { code: "NO_DEVICE" },
    );
  const { env } = process;
  const before = { ...env };
  if (device.backend === "tensorflow") seeGpu(device);
  try {
    await openRung(device.backend, { adapter: device.model });
  } finally {
    // It has seen them; the programs that are started from here may see others.
    for (const name of Object.keys(visibleGpu(null)))
      if (before[name] === undefined) delete env[name];
      else env[name] = before[name];
  }
  setCurrentDevice(device);
  return device;
}

/** TensorFlow sees one GPU, or none, from its start to its process' end. */
function seeGpu({ name }: Device): void {
  const current = currentDevice();
  if (current?.backend === "tensorflow" && current.name !== name)
    throw new LitError(
      `TensorFlow already computes on ${current.name} in this process, it cannot change to ${name}: restart the kernel and choose ${name} first`,
      { code: "DEVICE_IN_USE" },
    );
  Object.assign(process.env, visibleGpu(name === "cpu" ? null : Number(name.slice("gpu".length))));
}
