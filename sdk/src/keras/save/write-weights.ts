import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { LitModelError } from "../../errors.js";
import type { WeightGroup } from "./stored-weights.js";
import type { WriterMessage } from "./weights-writer.worker.js";

/** Writes model.weights.h5, an array at a time; the same weights give the same bytes. @throws LitModelError if they cannot be written */
export async function writeWeights(path: string, groups: readonly WeightGroup[]): Promise<void> {
  const worker = new Worker(new URL("./weights-writer.worker.js", import.meta.url), { execArgv: [] });
  const send = async (message: WriterMessage, moved: ArrayBuffer[] = []): Promise<void> => {
    const answered = once(worker, "message");
    worker.postMessage(message, moved);
    const [{ ok, message: text }] = (await answered) as [{ ok: boolean; message: string }];
    if (!ok) throw new LitModelError(`the weights cannot be written: ${text}`);
  };
  try {
    await send({ type: "open", path });
    for (const { path: group, name, arrays } of groups) {
      await send({ type: "group", path: group, name });
      for (const [i, variable] of arrays.entries()) {
        const values = (await variable.data()) as Float32Array | Int32Array;
        await send({ type: "array", path: `${group}/${i}`, shape: variable.shape, values });
      }
    }
    await send({ type: "close" });
  } finally {
    await worker.terminate();
  }
}
