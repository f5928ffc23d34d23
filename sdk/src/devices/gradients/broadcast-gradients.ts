import {
  add,
  cast,
  div,
  equal,
  getGradient,
  greater,
  less,
  mul,
  registerGradient,
  reshape,
  sub,
  sum,
  type Tensor,
} from "../../../tfjs/core.js";

/** The sum of a gradient over the axes along which the input was broadcast. */
function unbroadcast(gradient: Tensor, shape: readonly number[]): Tensor {
  const more = gradient.rank - shape.length;
  const axes = gradient.shape.flatMap((length, axis) => (axis < more || length !== shape[axis - more] ? [axis] : []));
  return axes.length === 0 ? gradient : reshape(sum(gradient, axes), [...shape]);
}

type Partials = (a: Tensor, b: Tensor, dy: Tensor) => readonly [a: () => Tensor, b: () => Tensor];

const register = (kernelName: string, partials: Partials): void =>
  registerGradient({
    kernelName,
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved) => {
      const [a, b] = saved as [Tensor, Tensor];
      const [ofA, ofB] = partials(a, b, dy as Tensor);
      return { a: () => unbroadcast(ofA(), a.shape), b: () => unbroadcast(ofB(), b.shape) };
    },
  });

/** Equal values share the gradient, as in JAX. */
const extreme =
  (isChosen: typeof greater): Partials =>
  (a, b, dy) => {
    const share = (x: Tensor, y: Tensor) => () =>
      mul(dy, add(cast(isChosen(x, y), "float32"), div(cast(equal(x, y), "float32"), 2)));
    return [share(a, b), share(b, a)];
  };

/** tfjs forgets to sum the gradients of what was broadcast: it throws where the inputs' shapes differ. */
export function registerBroadcastGradients(): void {
  register("Maximum", extreme(greater));
  register("Minimum", extreme(less));
  register("SquaredDifference", (a, b, dy) => {
    const slope = () => mul(dy, mul(2, sub(a, b)));
    return [slope, () => mul(-1, slope())];
  });
  const { gradFunc: ofProduct } = getGradient("BatchMatMul");
  registerGradient({
    kernelName: "BatchMatMul",
    inputsToSave: ["a", "b"],
    gradFunc: (dy, saved, attrs) => {
      const [a, b] = saved as [Tensor, Tensor];
      const found = ofProduct(dy, saved, attrs);
      return {
        a: () => unbroadcast(found.a?.() as Tensor, a.shape),
        b: () => unbroadcast(found.b?.() as Tensor, b.shape),
      };
    },
  });
}
