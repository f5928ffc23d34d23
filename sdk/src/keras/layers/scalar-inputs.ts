import { LitModelError } from "../../errors.js";
import { type LayersModel, reshape, type SymbolicTensor, type Tensor } from "../../tf.js";
import { trainingModel } from "../compiled/compiled.js";
import { KerasLayer, type Shape, single, singleShape } from "./keras-layer.js";

/** An input of one number a sample, which tfjs-layers gives a second axis, as it was. No layer of a model (see `Remask`). */
class Scalars extends KerasLayer {
  static readonly className = "Scalars";

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    return singleShape(inputShape);
  }

  override call(inputs: Tensor | Tensor[]): Tensor {
    const input = single(inputs);
    const [samples] = input.shape;
    if (input.size === samples) return reshape(input, [samples]);
    throw new LitModelError(
      `an input of shape [${input.shape}] where the model takes one number a sample, [${samples}]`,
    );
  }
}

/** Lets a model have inputs of one number a sample, `Input(())`. */
export function takeScalars(model: LayersModel): void {
  for (const [i, input] of model.inputs.entries()) {
    if (input.shape.length !== 1) continue;
    const { feedInputShapes } = trainingModel(model) as unknown as { feedInputShapes: (Shape | null)[] };
    feedInputShapes[i] = null;
    const scalars = Object.assign(new Scalars({}).apply(input) as SymbolicTensor, { dtype: input.dtype });
    for (const output of model.layers.flatMap(({ inboundNodes }) => inboundNodes.flatMap((node) => node.outputTensors)))
      if (output.inputs.includes(input))
        Object.assign(output, { inputs: output.inputs.map((tensor) => (tensor === input ? scalars : tensor)) });
  }
}
