import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { layers } from "@tensorflow/tfjs-layers";
import { engine, type Tensor, tensor, util } from "../../tfjs/core.js";

type Values = Float32Array | Int32Array;
type NumberType = "float32" | "int32";
type AddWeight = (this: layers.Layer, ...given: unknown[]) => layers.Layer["weights"][number];

/** Has the weights of a layer with fast initialization take no memory until they are assigned; none may be read before. */
export function withLateWeights<L extends layers.Layer>(layer: L): L {
  const { addWeight } = layer as unknown as { addWeight: AddWeight };
  const late: AddWeight = (name, shape, dtype, initializer, regularizer, trainable, constraint) =>
    addWeight.call(layer, name, shape, dtype, initializer, regularizer, trainable, constraint, () => ({
      apply: emptyTensor,
    }));
  return Object.assign(layer, { addWeight: late });
}

function emptyTensor(shape: number[], dtype: NumberType): Tensor {
  const { backend } = engine();
  const dataId = backend.write(new Float32Array(1), [1], dtype);
  return engine().makeTensorFromTensorInfo({ dataId, shape, dtype }, backend);
}

/** A tensor of values that come block by block; on wasm they go straight to its heap. */
export async function tensorOfBlocks(
  blocks: AsyncIterable<Values>,
  shape: number[],
  dtype: NumberType,
): Promise<Tensor> {
  const { backend, backendName } = engine();
  const fill = async (place: () => Values) => {
    let done = 0;
    for await (const block of blocks) {
      place().set(block, done);
      done += block.length;
    }
  };
  if (backendName !== "wasm") {
    const values = new (dtype === "int32" ? Int32Array : Float32Array)(util.sizeFromShape(shape));
    await fill(() => values);
    return tensor(values, shape, dtype);
  }
  const wasm = backend as BackendWasm;
  const made = engine().makeTensorFromTensorInfo(wasm.makeOutput(shape, dtype), wasm);
  try {
    // A view each time: the heap's buffer is another one when it has grown.
    await fill(() => wasm.typedArrayFromHeap(made) as Values);
  } catch (error) {
    made.dispose();
    throw error;
  }
  return made;
}
