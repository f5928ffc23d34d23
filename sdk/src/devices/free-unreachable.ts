import { type DataId, type DataType, env, type Tensor, Variable } from "../../tfjs/core.js";
import { engine } from "./engine.js";

/** What a tensor holds: all that is left of it when it was collected. */
interface Held {
  dataId: DataId;
  readonly dtype: DataType;
  readonly size: number;
  isFreed: boolean;
}

/** Of so many models that have predicted last TensorFlow.js keeps the order of layers, and so the models. Its default is 100. */
const MODELS = 4;

/** A property of tensors: looking it up takes less than a map. */
const HELD = Symbol("held");
type Holding = Tensor & { [HELD]?: Held };

const variables = new Map<string, WeakRef<Variable>>();

const collectedTensors = new FinalizationRegistry<Held>((held) => {
  try {
    if (!held.isFreed) engine.disposeTensor(held);
  } catch {
    // Of a backend that is broken there is nothing to free; thrown from here, it would end the process.
  }
});
const collectedVariables = new FinalizationRegistry<string>((name) => {
  if (variables.get(name)?.deref() === undefined) variables.delete(name);
});

/**
 * Frees the numbers of tensors, and of models' variables, that nothing refers to any more: TensorFlow.js keeps them until
 * `dispose()`. Those that `tf.tidy` will free are left to it.
 */
export function freeUnreachable(): void {
  const { trackTensor, track, keep, disposeTensor } = engine;
  engine.trackTensor = (tensor, backend) => {
    trackTensor.call(engine, tensor, backend);
    // One that is assigned to holds something else each time.
    if (tensor instanceof Variable) hold(tensor);
  };
  engine.track = (tensor) => {
    if (!engine.state.activeScope) hold(tensor);
    return track.call(engine, tensor);
  };
  engine.keep = (tensor) => {
    // What is kept for a gradient is freed with it.
    if (engine.state.gradientDepth === 0) hold(tensor);
    return keep.call(engine, tensor);
  };
  engine.disposeTensor = (tensor) => {
    const held = (tensor as Holding)[HELD];
    if (held) held.isFreed = true;
    disposeTensor.call(engine, tensor);
  };
  engine.state.registeredVariables = weakVariables();
  env().set("TOPOLOGICAL_SORT_CACHE_MAX_ENTRIES", MODELS);
}

function hold(tensor: Holding): void {
  const { dataId, dtype, size, [HELD]: held } = tensor;
  if (held) Object.assign(held, { dataId, isFreed: false });
  else {
    const fresh = { dataId, dtype, size, isFreed: false };
    tensor[HELD] = fresh;
    collectedTensors.register(tensor, fresh);
  }
}

/** The engine's variables by their names, which keeps none of them. */
function weakVariables(): Record<string, Variable> {
  const at = (name: string | symbol) => (typeof name === "string" ? variables.get(name)?.deref() : undefined);
  return new Proxy<Record<string, Variable>>(
    {},
    {
      get: (_, name) => at(name),
      has: (_, name) => at(name) !== undefined,
      set(_, name, variable: Variable) {
        variables.set(String(name), new WeakRef(variable));
        collectedVariables.register(variable, String(name));
        return true;
      },
      deleteProperty: (_, name) => variables.delete(String(name)) || true,
      ownKeys: () => [...variables.keys()].filter((name) => at(name)),
      getOwnPropertyDescriptor(_, name) {
        const value = at(name);
        return value && { value, writable: true, enumerable: true, configurable: true };
      },
    },
  );
}
