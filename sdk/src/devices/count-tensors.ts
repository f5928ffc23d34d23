import type { KernelBackend } from "@tensorflow/tfjs-core";
import { type DataInfo, engine } from "./engine.js";
import { type Account, accounts } from "./memory.js";

/** Some numbers, with how many tensors share them. */
type Counted = DataInfo & { tensors?: number; counted?: number };

/** Keeps count of the tensors on each backend, for `memory()`. */
export function countTensors(): void {
  const { trackTensor, disposeTensor, moveData } = engine;
  engine.trackTensor = (tensor, backend) => {
    trackTensor.call(engine, tensor, backend);
    count(engine.state.tensorInfo.get(tensor.dataId) as DataInfo, 1);
  };
  engine.disposeTensor = (tensor) => {
    const info = engine.state.tensorInfo.get(tensor.dataId);
    if (info) count(info, -1);
    disposeTensor.call(engine, tensor);
  };
  engine.moveData = (backend, dataId) => {
    const info = engine.state.tensorInfo.get(dataId) as Counted;
    const { tensors = 0 } = info;
    count(info, -tensors);
    moveData.call(engine, backend, dataId);
    count(info, tensors);
  };
}

function count(info: Counted, change: number): void {
  const account = accountOf(info.backend);
  const before = info.tensors ?? 0;
  info.tensors = before + change;
  account.tensors += change;
  // A text's bytes are found out after it was counted.
  if (before === 0) account.bytes += info.counted = info.bytes;
  if (info.tensors === 0) account.bytes -= info.counted ?? 0;
}

function accountOf(backend: KernelBackend): Account {
  const known = accounts.get(backend);
  if (known) return known;
  const [name = ""] = Object.entries(engine.registry).find(([, each]) => each === backend) ?? [];
  const account = { backend: name, tensors: 0, bytes: 0 };
  accounts.set(backend, account);
  return account;
}
