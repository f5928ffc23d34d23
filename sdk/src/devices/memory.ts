import type { KernelBackend } from "@tensorflow/tfjs-core";
import { deviceOn } from "./current-device.js";

/** What tensors take of a device. */
export interface MemoryUse {
  /** As `getDevices()` names it. */
  readonly device: string;
  readonly backend: string;
  readonly tensors: number;
  /** Of their numbers; tensors that share them, as after `reshape`, count once. */
  readonly bytes: number;
  /** Bytes that the backend has taken of the machine for them; null where it does not say. */
  readonly reserved: number | null;
}

/** What lies on a backend. */
export interface Account {
  readonly backend: string;
  tensors: number;
  bytes: number;
}

/** @internal Kept by `countTensors`. */
export const accounts = new Map<KernelBackend, Account>();

/** What tensors take, a backend a row: those that are not freed yet, by `dispose()`, by `tf.tidy` or as nothing refers to them. */
export function memory(): MemoryUse[] {
  return [...accounts].map(([held, account]) => ({
    device: deviceOn(account.backend)?.name ?? "cpu",
    ...account,
    reserved: (held as { readonly wasm?: { readonly HEAPU8: Uint8Array } }).wasm?.HEAPU8.byteLength ?? null,
  }));
}
