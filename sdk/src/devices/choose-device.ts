import { rm } from "node:fs/promises";
import { LitError } from "../errors.js";
import { describeMachine, forgetBest, readBest } from "./best-device.js";
import { nameWithBackend } from "./current-device.js";
import type { Device } from "./get-devices.js";
import { findMarks, type Mark, openMarked } from "./opening-marks.js";
import { setDevice, useDevice } from "./set-device.js";
import { gpuIndexOf } from "./visible-gpu.js";

/** So long a device is left alone that a process did not live through: it may have been ended by a person, ms. */
const DAY = 86_400_000;

/**
 * Lets the device of `LIT_DEVICE` compute, else the best one: as it was found before, else every one is tried now, which takes
 * seconds and is said.
 * @throws LitError if `LIT_DEVICE` names none, or nothing computes here
 */
export async function chooseDevice(): Promise<void> {
  const name = process.env.LIT_DEVICE;
  if (name) {
    await setDevice(name);
    return;
  }
  const machine = await describeMachine();
  // Before the record is read: who takes a mark away has forgotten the record before.
  for (const mark of await findMarks(machine)) await avoid(machine, mark);
  const known = await readBest(machine);
  const failure = known && (await failureOf(() => openBest(machine, known)));
  if (known && failure === null) return;
  console.warn(
    `${known ? `${nameWithBackend(known)} computes no more: ${failure}. ` : ""}Looking for the best device: each is tried once, which takes some seconds`,
  );
  const { bestOf, getDevices } = await import("./get-devices.js");
  const best = bestOf(await getDevices({ refresh: known !== null }));
  if (!best) throw new LitError("nothing computes here: getDevices() says why", { code: "NO_DEVICE" });
  await openBest(machine, best);
  console.warn(`${nameWithBackend(best)} computes from now on; setDevice or LIT_DEVICE choose another`);
}

/** JavaScript and WebAssembly end no process. */
const openBest = (machine: string, device: Device): Promise<unknown> =>
  device.backend === "tensorflow" || device.backend === "webgpu"
    ? openMarked(machine, device, () => useDevice(device))
    : useDevice(device);

/** Has the device not be taken that a process ended with, and says so. */
async function avoid(machine: string, { path, pid, device }: Mark): Promise<void> {
  const { name, model, driver, backend } = device;
  const { reject } = await import("./probe.js");
  const index = gpuIndexOf(name);
  const gpu = index === null ? null : { index, model, driver: driver ?? "" };
  const reason = `process ${pid} ended while it opened it`;
  if (backend) await reject(backend, gpu, { reason, expires: Date.now() + DAY });
  await forgetBest(machine);
  await rm(path, { force: true });
  console.warn(
    `${nameWithBackend(device)} is left alone for a day: ${reason}. getDevices({ refresh: true }) tries it again`,
  );
}

const failureOf = (run: () => Promise<unknown>): Promise<string | null> =>
  run().then(
    () => null,
    (error: Error) => error.message,
  );
