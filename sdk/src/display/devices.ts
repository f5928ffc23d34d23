import { DEVICE_COLUMNS, type DeviceList } from "../devices/get-devices.js";
import { htmlTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A machine's devices as a table. */
export const devicesBundle = (devices: DeviceList): MimeBundle => ({
  "text/html": htmlTable("Devices", DEVICE_COLUMNS, devices.toRows()),
  "text/plain": devices.toString(),
});
