import type { Device } from "./get-devices.js";

let current: Device | null = null;

/** The device that was chosen; null: none was, and wasm computes. */
export const currentDevice = (): Device | null => current;

/** @internal */
export const setCurrentDevice = (device: Device): void => {
  current = device;
};
