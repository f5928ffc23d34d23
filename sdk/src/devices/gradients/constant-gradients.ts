import { registerGradient, type Tensor, where, zeros, zerosLike } from "../../../tfjs/core.js";

const UNARY = ["All", "Any", "ArgMax", "ArgMin", "LogicalNot"];
const BINARY = [
  "BitwiseAnd",
  "Equal",
  "FloorDiv",
  "Greater",
  "GreaterEqual",
  "Less",
  "LessEqual",
  "LogicalAnd",
  "LogicalOr",
  "NotEqual",
];

/**
 * Comparisons and the like have the gradient 0. tfjs knows none of most of them, and then throws where a weight decides
 * (`where(x > 0, …)`), or one in whole numbers, which it refuses. What a choice leaves has the gradient 0 too, where tfjs
 * multiplies by 0 what may be infinite.
 */
export function registerConstantGradients(): void {
  for (const [kernels, names] of [
    [UNARY, ["x"]],
    [BINARY, ["a", "b"]],
  ] as const)
    for (const kernelName of kernels)
      registerGradient({
        kernelName,
        inputsToSave: [...names],
        gradFunc: (_, saved) =>
          Object.fromEntries(names.map((name, i) => [name, () => zeros((saved[i] as Tensor).shape)])),
      });
  registerGradient({
    kernelName: "Select",
    inputsToSave: ["condition"],
    gradFunc: (dy, saved) => {
      const [condition] = saved as [Tensor];
      const given = dy as Tensor;
      return {
        condition: () => zeros(condition.shape),
        t: () => where(condition, given, zerosLike(given)),
        e: () => where(condition, zerosLike(given), given),
      };
    },
  });
}
