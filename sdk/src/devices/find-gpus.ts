import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** A GPU that this machine's driver names. */
export interface Gpu {
  readonly index: number;
  readonly model: string;
  /** Bytes. */
  readonly memory: number;
  readonly driver: string;
}

const QUERY = ["--query-gpu=index,name,memory.total,driver_version,uuid", "--format=csv,noheader,nounits"];

/**
 * NVIDIA's GPUs, by their driver's own program; none where that is not there or does not answer. Where `CUDA_VISIBLE_DEVICES` is set,
 * only those that it names: the others are somebody else's.
 */
export async function findGpus(program = "nvidia-smi"): Promise<readonly Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)(program, QUERY, { timeout: 10_000 });
    return stdout
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
  } catch {
    return [];
  }
}

function isGranted(index: string | undefined, uuid: string | undefined): boolean {
  const granted = process.env.CUDA_VISIBLE_DEVICES?.split(",").map((name) => name.trim());
  return granted?.some((name) => name === index || (name.startsWith("GPU-") && uuid?.startsWith(name))) ?? true;
}
