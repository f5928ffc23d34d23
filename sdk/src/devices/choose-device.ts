import { LitError } from "../errors.js";
import { readBest } from "./best-device.js";
import { nameWithBackend } from "./current-device.js";
import { setDevice, useDevice } from "./set-device.js";

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
  const known = await readBest();
  const failure = known && (await failureOf(() => useDevice(known)));
  if (known && failure === null) return;
  console.warn(
    `${known ? `${nameWithBackend(known)} computes no more: ${failure}. ` : ""}Looking for the best device: each is tried once, which takes some seconds`,
  );
  const { bestOf, getDevices } = await import("./get-devices.js");
  const best = bestOf(await getDevices({ refresh: known !== null }));
  if (!best) throw new LitError("nothing computes here: getDevices() says why", { code: "NO_DEVICE" });
  await useDevice(best);
  console.warn(`${nameWithBackend(best)} computes from now on; setDevice or LIT_DEVICE choose another`);
}

const failureOf = (run: () => Promise<unknown>): Promise<string | null> =>
  run().then(
    () => null,
    (error: Error) => error.message,
  );
