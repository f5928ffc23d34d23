import { input, memory, model, ready, type SymbolicTensor, type Tensor, tensor, tidy } from "@litlab/sdk/tf";
import { beforeAll, expect, test } from "vitest";
import { applyOperation } from "./make-operation.js";

beforeAll(ready);

const where = { path: "model.keras", layer: "operation", major: 3 } as const;
const apply = (
  class_name: string,
  config: Record<string, unknown>,
  args: unknown[],
  kwargs: Record<string, unknown> = {},
): (number | null)[][] =>
  applyOperation({ class_name, config: { name: "operation", ...config } }, { args, kwargs }, where).map(
    ({ shape }) => shape,
  );
const x = (): SymbolicTensor => input({ shape: [4, 5] });
const array = (value: unknown, dtype: string) => ({ class_name: "__numpy__", config: { value, dtype } });

test.each<[string, string, Record<string, unknown>, (given: SymbolicTensor) => unknown[], RegExp]>([
  [
    "an unknown operation",
    "Svd",
    {},
    (given) => [given],
    /is the operation Svd, which does not load: docs.keras\.md lists those that do$/,
  ],
  [
    "an operation that TensorFlow.js lacks",
    "SVD",
    {},
    (given) => [given],
    /SVD, which does not load: TensorFlow\.js has no singular/,
  ],
  ["an unknown setting", "Sum", { where: [1] }, (given) => [given], /has where=\[1\], which does not load/],
  ["too many arguments", "Abs", {}, (given) => [given, 1], /2 arguments, expected at most x/],
  ["no tensor", "Add", {}, () => [1, 2], /is called with no tensor/],
  ["an axis that is not there", "Sum", { axis: 3 }, (given) => [given], /axis=3, which a tensor of 3 axes has not/],
  ["an index out of range", "GetItem", {}, (given) => [given, [0, 4]], /takes the index 4 of an axis of 4/],
  [
    "an index to take out of range",
    "Take",
    { axis: 1 },
    (given) => [given, [0, 7]],
    /takes the index 7 of an axis of 4/,
  ],
  [
    "an array's index",
    "Take",
    { axis: 1 },
    (given) => [given, array([4], "int32")],
    /takes the index 4 of an axis of 4/,
  ],
  ["shapes that do not fit", "Add", {}, (given) => [given, [[1, 2, 3]]], /shapes that do not fit together/],
  ["matrices that do not fit", "Matmul", {}, (given) => [given, given], /shapes that do not fit together/],
  ["a shape that does not fit", "Reshape", { newshape: [2, 7] }, () => [input({ batchShape: [2, 6] })], /does not fit/],
  ["where without values", "Where", {}, (given) => [given], /without x1 and x2/],
  ["a sparse result", "OneHot", { num_classes: 3, sparse: true }, (given) => [given], /has sparse=true/],
  ["types that wrap around", "Cast", { dtype: "int8" }, (given) => [given], /has dtype="int8"/],
  ["text", "Add", {}, (given) => [given, "a"], /takes "a", expected a tensor or numbers/],
  ["numbers beyond 32 bits", "Add", {}, (given) => [given, array([2 ** 40], "int64")], /do not fit into 32 bits/],
  ["a dtype", "Add", {}, (given) => [given, array([1], "complex64")], /has the dtype "complex64"/],
  ["a mode", "Qr", { mode: "raw" }, (given) => [given], /mode="raw", expected "reduced" or "complete"/],
  ["matrices of open sides", "LuFactor", {}, () => [input({ batchShape: [null, null, 4] })], /whose sides are known/],
  [
    "a fill mode",
    "AffineTransform",
    { fill_mode: "edge" },
    (given) => [given, array([1, 0, 0, 0, 1, 0, 0, 0], "float32")],
    /fill_mode="edge", expected one of constant, nearest/,
  ],
  ["a transform", "AffineTransform", {}, (given) => [given, array([1, 0], "float32")], /transforms of 8 numbers/],
  ["an order", "MapCoordinates", { order: 3 }, (given) => [given, array([[0], [0], [0]], "float32")], /has order=3/],
  [
    "coordinates of other axes",
    "MapCoordinates",
    { order: 1 },
    (given) => [given, array([[0], [0]], "float32")],
    /coordinates \[2, 1\] of a tensor of 3 axes/,
  ],
  [
    "a method",
    "ScaleAndTranslate",
    { spatial_dims: [1], method: "area" },
    (given) => [given, [2, 3, 5], [2], [0]],
    /method="area", expected one of linear/,
  ],
  ["a filter beyond the image", "SSIM", {}, (given) => [given, given], /has filter_size=11 of images of 4 pixels/],
  [
    "a class beyond the last",
    "CTCLoss",
    { mask_index: 5 },
    (given) => [array([[1]], "int32"), given, array([1], "int32"), array([4], "int32")],
    /has mask_index=5 of 5 classes/,
  ],
  [
    "a beam search",
    "CTCDecode",
    { strategy: "beam_search" },
    (given) => [given, array([4], "int32")],
    /strategy="beam_search", which does not load/,
  ],
])("refuses %s, by name", (_, className, config, args, message) => {
  expect(() => apply(className, config, args(x()))).toThrow(message);
  expect(() => apply(className, config, args(x()))).toThrow(/^model\.keras: layer 'operation' /);
});

test("refuses functions of TensorFlow that it does not know, and arguments", () => {
  const call = (name: string, named: Record<string, unknown>) => apply("TFOpLambda", { function: name }, [x()], named);
  expect(() => call("signal.stft", {})).toThrow("is TensorFlow's signal.stft, which does not load");
  expect(() => call("math.cumsum", { reverse: true })).toThrow("is called with 'reverse', which does not load");
});

test("knows shapes without computing", () => {
  const { numBytes } = memory();
  const huge = input({ batchShape: [null, 200_000, 100_000] });
  expect(
    apply(
      "Matmul",
      {},
      [huge, huge].map((each, i) => (i ? input({ batchShape: [100_000, 7] }) : each)),
    ),
  ).toEqual([[null, 200_000, 7]]);
  expect(apply("Einsum", { subscripts: "bij,bkj->bik" }, [huge, huge])).toEqual([[null, 200_000, 200_000]]);
  expect(apply("Add", {}, [huge, 1])).toEqual([[null, 200_000, 100_000]]);
  expect(apply("Mean", { axis: [1] }, [huge])).toEqual([[null, 100_000]]);
  expect(memory().numBytes).toBeLessThanOrEqual(numBytes);
});

test("open axes stay open", () => {
  const open = () => input({ batchShape: [null, null, 4] });
  expect(apply("Reshape", { newshape: [-1, 8] }, [open()])).toEqual([[null, 8]]);
  expect(apply("GetItem", {}, [open(), [{ class_name: "__slice__", config: {} }, 100]])).toEqual([[null, 4]]);
  expect(apply("Take", { axis: 1 }, [open(), [100, 3]])).toEqual([[null, 2, 4]]);
  expect(apply("Rearrange", {}, [open(), "b (h m) c -> b m (c h)"], { m: 2 })).toEqual([[null, 2, null]]);
  expect(apply("Split", { indices_or_sections: 4, axis: 1 }, [open()])).toEqual(Array(4).fill([null, null, 4]));
  expect(apply("Concatenate", { axis: 1 }, [[open(), open()]])).toEqual([[null, null, 4]]);
});

test.each([5, -6])("refuses the index %i of another row's value", (index) => {
  const [rows, indices] = [input({ shape: [5] }), input({ shape: [1], dtype: "int32" })];
  const node = { class_name: "TakeAlongAxis", config: { axis: -1 } };
  const outputs = applyOperation(node, { args: [rows, indices], kwargs: {} }, where);
  const taking = model({ inputs: [rows, indices], outputs });
  const at = (place: number) =>
    tidy(() => [
      ...(
        taking.predict([
          tensor([
            [1, 2, 3, 4, 5],
            [6, 7, 8, 9, 10],
          ]),
          tensor([[0], [place]], [2, 1], "int32"),
        ]) as Tensor
      ).dataSync(),
    ]);
  expect(at(-5)).toEqual([1, 6]);
  expect(() => at(index)).toThrow("-1 is not in");
});
