import type { Device } from "./get-devices.js";

let current: Device | null = null;

/** The device that computes; null before the first computation, or where `tf.setBackend` chose a backend. */
export const currentDevice = (): Device | null => current;

/** @internal */
export const setCurrentDevice = (device: Device): void => {
  current = device;
};

/** As `setDevice` and `LIT_DEVICE` take it: `cpu:wasm`. */
export const nameWithBackend = ({ name, backend }: Pick<Device, "name" | "backend">): string =>
  backend === null ? name : `${name}:${backend}`;
