/**
 * What drives the processor, against Python's TensorFlow: a matrix product, what an op costs, an MLP's step of Adam, Conv1D
 * with LSTM, also TensorFlow.js' own, loading and the first call. The models are Keras', their predictions are compared first. TensorFlow's binding is installed if it is not.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runShown } from "../scripts/steps.mjs";
import { bench, installPeers, startPeer } from "./harness.mjs";

const CASES = {
  "matMul 1024²": "product",
  "100 ops on [1, 64]": "ops",
  "MLP 512-1024-512-1, batch 1024, step of Adam": "step mlp 1024",
  "MLP, predict 1": "predict mlp 1",
  "MLP, predict 4096": "predict mlp 4096",
  "Conv1D(32) + LSTM(64) on [100, 8], predict 1": "predict lstm 1",
  "Conv1D(32) + LSTM(64) on [100, 8], predict 256": "predict lstm 256",
  "Conv1D(32) + LSTM(64) on [100, 8], batch 256, step of Adam": "step lstm 256",
  // As people call it: 32 rows at a time.
  "LSTM(64) on [100, 32], predict(x) of 1 row": "default layer 1",
  "LSTM(64) on [100, 32], predict(x) of 256 rows": "default layer 256",
  "Conv1D(32) + GRU(64) on [100, 8], predict 1": "predict gru 1",
  "Conv1D(32) + GRU(64) on [100, 8], predict 256": "predict gru 256",
  "Conv1D(32) + GRU(64) on [100, 8], batch 256, step of Adam": "step gru 256",
};

/** The models that TensorFlow.js' own LSTM computes as well. */
const LSTM = /lstm|layer/;

const folder = mkdtempSync(join(tmpdir(), "litlab-bench-"));
const peers = [];

/** A process that is ready: what asks it. */
async function start(command, ...args) {
  const peer = startPeer(command, args);
  peers.push(peer);
  await peer.answer();
  return peer.ask;
}

/** What a process of its own takes until its first prediction. */
const firstOf =
  ([command, ...args]) =>
  async () => {
    const from = performance.now();
    const peer = startPeer(command, [...args, "first"]);
    const answer = await peer.answer();
    return { ...answer, wallMs: performance.now() - from };
  };

try {
  if ((await runShown(process.execPath, ["cli/bin/litlab.mjs", "device", "install", "tensorflow"])) !== 0)
    process.exit(1);
  const pythonPath = await installPeers("devices", "Python's TensorFlow (about 1 GB on the disk)");
  const pythonPeer = [pythonPath, "bench/peers/devices.py", folder];
  const python = await start(...pythonPeer);
  const peerOf = (rung) => [process.execPath, ...process.execArgv, "bench/peers/devices.mjs", folder, rung];
  const ours = (rung) => start(...peerOf(rung));
  const native = await ours("tensorflow");
  const engines = {
    "lit lab, tensorflow": native,
    "lit lab, wasm": await ours("wasm"),
    "Python TensorFlow": python,
  };
  const stock = { "tfjs-layers' LSTM, tensorflow": (line) => native(line.replace(LSTM, "stock-$&")) };
  const enginesOf = (line) => ({ ...engines, ...(LSTM.test(line) && stock) });
  for (const model of ["mlp", "lstm", "layer", "gru"]) {
    const { outputs: wanted } = await python(`outputs ${model} 64`);
    for (const [engine, ask] of Object.entries(enginesOf(model))) {
      const { outputs } = await ask(`outputs ${model} 64`);
      const difference = wanted.reduce((most, value, i) => Math.max(most, Math.abs(outputs[i] - value)), 0);
      if (!(difference < 1e-5)) throw new Error(`${engine}: ${model} predicts otherwise, ${difference} apart`);
    }
  }
  const cases = {};
  for (const [title, line] of Object.entries(CASES))
    cases[title] = Object.fromEntries(
      Object.entries(enginesOf(line)).map(([engine, ask]) => [engine, () => ask(line)]),
    );
  // As in training, which has hundreds of steps: ours is compiled while it runs.
  await bench("devices", cases, { runs: 15, warmUp: 200, warmUpMs: 8000 });
  const first = {
    "lit lab, tensorflow": firstOf(peerOf("tensorflow")),
    "lit lab, wasm": firstOf(peerOf("wasm")),
    "Python TensorFlow": firstOf(pythonPeer),
  };
  await bench("devices-first", { "A process that loads the MLP, and its first prediction": first }, { runs: 5 });
} finally {
  for (const peer of peers) peer.end();
  rmSync(folder, { recursive: true, force: true });
}
