/** The process of `model-process.ts`. It ends with the service. */
import { LitError } from "../../errors.js";
import type { PlainError, WorkAnswer, WorkRequest } from "./model-process.js";

const say = (answer: WorkAnswer): void => {
  process.send?.(answer);
};

async function run(request: WorkRequest): Promise<unknown> {
  if (request.work === "outline") {
    const { outlineOf } = await import("./outline.js");
    return await outlineOf(request.params.path);
  }
  if (request.work === "histogram") {
    const { histogramOf } = await import("./histogram.js");
    return await histogramOf(request.params.path, request.params.weight);
  }
  const { importModel } = await import("../../vault/import-model.js");
  const { team, path, name } = request.params;
  const onProgress = (share: number): void => say({ type: "progress", share });
  return { name: (await importModel(team, path, [], name, { onProgress })).name };
}

const plain = (error: unknown): PlainError => {
  const { name, message } = error as Error;
  return { name, message, code: error instanceof LitError ? error.code : null };
};

/** A device's memory is the notebooks': wasm is enough to look at a model. */
const isReady = import("../../tf.js").then((tf) => tf.setBackend("wasm"));
isReady.catch(() => undefined);

process.on("disconnect", () => process.exit());
process.on("message", async (request: WorkRequest) => {
  try {
    await isReady;
    say({ type: "done", result: await run(request) });
  } catch (error) {
    say({ type: "failed", error: plain(error) });
  }
});

// It takes a while, and the first request is on its way.
void import("./outline.js");
