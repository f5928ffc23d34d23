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

const QUERY = ["--query-gpu=index,name,memory.total,driver_version", "--format=csv,noheader,nounits"];

/** NVIDIA's GPUs, by their driver's own program; none where that is not there or does not answer. */
export async function findGpus(program = "nvidia-smi"): Promise<readonly Gpu[]> {
  try {
    const { stdout } = await promisify(execFile)(program, QUERY, { timeout: 10_000 });
    return stdout
      .split("\n")
      .map((line) => line.split(",").map((part) => part.trim()))
      .filter((parts) => parts.length === 4 && /^\d+$/.test(parts[0] as string))
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
