import { sizeOf } from "../../tensors/size-of.js";
import type { Tensor } from "../../tf.js";
import * as tf from "../../tf.js";
import { move } from "./along-axis.js";
import { countable, NUMPY } from "./elementwise.js";
import { axisOf, broadcastShape, floatOf, numberOf, shapeOf, tensorOf, typeOf, whole, wholes } from "./operands.js";
import type { Operands, OperationType } from "./operation-type.js";

const STEPS = { num: 50, endpoint: true, dtype: null, axis: 0 };

/** Values from start to stop on a new axis, in even steps of what `into` makes of both. */
function steps(operands: Operands, into: (x: Tensor) => Tensor, back: (x: Tensor) => Tensor): Tensor {
  const [start, stop] = [operands.start, operands.stop].map((end) => into(floatOf(end))) as [Tensor, Tensor];
  const count = whole(operands.num, "num");
  const shape = broadcastShape([start.shape, stop.shape]) as number[];
  const last = Math.max(1, operands.endpoint === false ? count : count - 1);
  const share = tf.tensor(
    Float32Array.from({ length: count }, (_, i) => i / last),
    [count, ...shape.map(() => 1)],
  );
  const value = back(tf.add(tf.mul(tf.sub(1, share), start), tf.mul(share, stop)));
  const placed = move(value, 0, axisOf(operands.axis, value.rank));
  return operands.dtype === null ? placed : tf.cast(placed, typeOf(operands.dtype));
}

const stepping = (className: string, run: (operands: Operands) => Tensor, settings: Operands = {}): OperationType => ({
  className,
  module: NUMPY,
  parameters: ["start", "stop"],
  settings: { ...STEPS, ...settings },
  run,
});

const same = (x: Tensor): Tensor => x;

/** Values that are computed from a length or a value alone. */
export const RANGES: readonly OperationType[] = [
  {
    ...stepping("Linspace", (operands) => steps(operands, same, same), { retstep: false }),
    load: (operands) => {
      if (operands.retstep === true) throw new Error("has retstep=true, which does not load");
      return operands;
    },
  },
  stepping("Logspace", (operands) => steps(operands, same, (x) => tf.pow(numberOf(operands.base, "base"), x)), {
    base: 10,
  }),
  stepping("Geomspace", (operands) => {
    // Between negative numbers too.
    const sign = tf.sign(floatOf(operands.start));
    return tf.mul(
      steps(
        operands,
        (x) => tf.log(tf.abs(x)),
        (x) => tf.exp(x),
      ),
      sign,
    );
  }),
  {
    className: "Full",
    module: NUMPY,
    parameters: ["fill_value"],
    settings: { shape: undefined, dtype: null },
    shape: ({ shape }) => wholes(shape, "shape"),
    run: ({ fill_value: value, shape, dtype }) =>
      tf.broadcastTo(tf.cast(tensorOf(value), dtype === null ? "float32" : typeOf(dtype)), wholes(shape, "shape")),
  },
  {
    className: "Size",
    module: NUMPY,
    parameters: ["x"],
    shape: () => [],
    run: ({ x }) => tf.scalar(sizeOf(shapeOf(x)) as number, "int32"),
  },
  {
    className: "Ndim",
    module: NUMPY,
    parameters: ["x"],
    shape: () => [],
    run: ({ x }) => tf.scalar(shapeOf(x).length, "int32"),
  },
  {
    className: "Vander",
    module: NUMPY,
    parameters: ["x"],
    settings: { N: null, increasing: false },
    shape: ({ x, N }) => [...shapeOf(x), N === null ? (shapeOf(x)[0] ?? null) : whole(N, "N")],
    run: ({ x, N, increasing }) => {
      const input = countable(tensorOf(x));
      const count = N === null ? (input.shape[0] as number) : whole(N, "N");
      const powers = [tf.onesLike(input)];
      while (powers.length < count) powers.push(tf.mul(powers.at(-1) as Tensor, input));
      return tf.stack(increasing === true ? powers : powers.reverse(), -1);
    },
  },
];
