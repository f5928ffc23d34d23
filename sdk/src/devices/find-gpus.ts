import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { soon } from "./passing.js";

/** A GPU that this machine's driver names. */
export interface Gpu {
  readonly index: number;
  readonly model: string;
  /** Bytes. */
  readonly memory: number;
  readonly driver: string;
}

export interface Gpus {
  readonly gpus: readonly Gpu[];
  /** When to look again, ms since 1970; null: when the driver changes. */
  readonly expires: number | null;
}

/** How the program ends where a GPU does not answer: an interrupt's fault, a GPU off the bus, what it cannot tell. */
const TROUBLES: readonly unknown[] = [10, 15, 255];

const QUERY = ["--query-gpu=index,name,memory.total,driver_version,uuid", "--format=csv,noheader,nounits"];

/**
 * NVIDIA's GPUs, by their driver's own program; none where that is not there or does not answer. Where `CUDA_VISIBLE_DEVICES` is set,
 * only those that it names: the others are somebody else's.
 */
export async function findGpus(program = "nvidia-smi", limit = 10_000): Promise<Gpus> {
  try {
    const { stdout } = await promisify(execFile)(program, QUERY, { timeout: limit, killSignal: "SIGKILL" });
    const gpus = stdout
      .split("\n")
      .map((line) => line.split(",").map((part) => part.trim()))
      .filter((parts) => parts.length >= 4 && /^\d+$/.test(parts[0] as string))
      .filter(([index, , , , uuid]) => isGranted(index, uuid))
      .map(([index, model = "", memory, driver = ""]) => ({
        index: Number(index),
        model,
        memory: Number(memory) * 2 ** 20,
        driver,
      }));
    return { gpus, expires: null };
  } catch (error) {
    const { code, signal } = error as { readonly code?: number | string; readonly signal?: string };
    const isMissing = code === "ENOENT" || code === "EACCES";
    const isPassing = Boolean(signal) || TROUBLES.includes(code) || (typeof code === "string" && !isMissing);
    return { gpus: [], expires: isPassing ? soon() : null };
  }
}

function isGranted(index: string | undefined, uuid: string | undefined): boolean {
  const granted = process.env.CUDA_VISIBLE_DEVICES?.split(",").map((name) => name.trim());
  return granted?.some((name) => name === index || (name.startsWith("GPU-") && uuid?.startsWith(name))) ?? true;
}
