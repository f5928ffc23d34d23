import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { LitDataError } from "../errors.js";
import type { DatasetSpec, WriterMessage } from "./asset-writer.worker.js";

/** Writes an asset's files block by block; the same samples give the same bytes. */
export class AssetWriter {
  readonly #asset: string;
  readonly #worker = new Worker(new URL("./asset-writer.worker.js", import.meta.url), { execArgv: [] });

  /** @param asset what messages call the asset */
  constructor(asset: string) {
    this.#asset = asset;
  }

  /** Begins a file. */
  open(path: string, datasets: readonly DatasetSpec[]): Promise<void> {
    return this.#send({ type: "open", path, datasets });
  }

  /** Appends samples: a block a dataset, in the order of `open`. */
  append(count: number, blocks: readonly (Float32Array | Float64Array)[]): Promise<void> {
    return this.#send({ type: "append", count, blocks });
  }

  /** Ends the file. */
  close(): Promise<void> {
    return this.#send({ type: "close" });
  }

  async dispose(): Promise<void> {
    await this.#worker.terminate();
  }

  async #send(message: WriterMessage): Promise<void> {
    const answered = once(this.#worker, "message");
    this.#worker.postMessage(message);
    const [{ ok, message: text }] = (await answered) as [{ ok: boolean; message: string }];
    if (!ok) throw new LitDataError(`${this.#asset}: the asset cannot be written: ${text}`);
  }
}
