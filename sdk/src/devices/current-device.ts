import { describeProcessor } from "./describe-processor.js";
import type { Device } from "./get-devices.js";

/** The devices that were set, by the backend that drives them: a process computes on one with each. */
const opened = new Map<string, Device>();
let backendInUse: () => string | undefined = () => undefined;

/** The device that computes, also where `tf.setBackend` chose its backend; null before the first computation. */
export const currentDevice = (): Device | null => deviceOn(backendInUse());

/** The device that a backend drives; null: it is none of those here. */
export function deviceOn(backend: string | undefined): Device | null {
  const device = backend === undefined ? undefined : opened.get(backend);
  if (device) return device;
  return backend === "wasm" || backend === "cpu" ? { ...describeProcessor(), backend, rejected: [] } : null;
}

/** @internal */
export function setCurrentDevice(device: Device): void {
  if (device.backend) opened.set(device.backend, device);
}

/** @internal TensorFlow.js, once it is loaded, says what computes. */
export function followBackend(get: () => string | undefined): void {
  backendInUse = get;
}

/** As `setDevice` and `LIT_DEVICE` take it: `cpu:wasm`. */
export const nameWithBackend = ({ name, backend }: Pick<Device, "name" | "backend">): string =>
  backend === null ? name : `${name}:${backend}`;
