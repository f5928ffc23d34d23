import type { CanvasDocument, CanvasNode } from "./canvas-document.js";
import { componentOf, describeNode, settingsOf } from "./components.js";
import { featureShape, KNOWN_FEATURES } from "./feature-shape.js";
import { orderNodes } from "./order-nodes.js";

/** A tensor's sizes without the batch axis, null where one is open. */
export type TensorShape = readonly (number | null)[];

/** What a node gives: a tensor of a shape, or why there is none: the node, what was found, what was expected. */
export type NodeShape = { readonly shape: TensorShape } | { readonly problem: string };

/** What keeps a node from having a shape, told without the node. No Error: a stack for each of 100,000 would take long. */
class Mismatch {
  constructor(readonly message: string) {}
}

const fail = (what: string): never => {
  throw new Mismatch(what);
};

const show = (shape: TensorShape): string => `[${shape.map((size) => size ?? "null").join(", ")}]`;

/**
 * The shapes that Keras gives the nodes' outputs. An input's come from its features' names: one feature has its own
 * shape, several are flattened side by side. Also takes a document that is being edited: what does not fit is a problem
 * of its node.
 * @returns an entry a node
 */
export function shapesOf(document: Pick<CanvasDocument, "nodes" | "edges">): Map<string, NodeShape> {
  const { nodes } = document;
  const { order, inputs } = orderNodes(document);
  const shapes: NodeShape[] = [];
  const shapeOf = (node: CanvasNode, before: readonly number[]): NodeShape => {
    try {
      checkCount(node, before.length);
      const taken = before.map((place) => {
        const source = nodes[place] as CanvasNode;
        if (source.type === "output") return fail(`takes ${describeNode(source)}, which leads nowhere: it is an end`);
        const found = shapes[place] as NodeShape;
        return "shape" in found ? found.shape : fail(`has no shape, because ${describeNode(source)} has none`);
      });
      return { shape: outputShape(node, taken) };
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      return { problem: `${describeNode(node)} ${error.message}` };
    }
  };
  for (const place of order) shapes[place] = shapeOf(nodes[place] as CanvasNode, inputs[place] ?? []);
  return new Map(
    nodes.map((node, place) => [
      node.id,
      shapes[place] ?? { problem: `${describeNode(node)} is in a circle, or behind one` },
    ]),
  );
}

function checkCount(node: CanvasNode, count: number): void {
  const { least, most } = componentOf(node.type).inputs;
  if (count >= least && count <= (most ?? Infinity)) return;
  const expected = most === least ? `${least}` : most === null ? `at least ${least}` : `${least} to ${most}`;
  fail(`has ${count} inputs, expected ${expected}`);
}

function outputShape(node: CanvasNode, inputs: readonly TensorShape[]): TensorShape {
  const [first = [], second = first, third = second] = inputs;
  switch (node.type) {
    case "input":
      return inputShape(settingsOf(node).features);
    case "output": {
      const { feature, label_index } = settingsOf(node);
      return flatten(inputs) && labelShape(feature, label_index);
    }
    case "dense":
      return flatten(inputs) && [settingsOf(node).units];
    case "flatten":
      return [product(first)];
    case "reshape":
      return reshape(first, settingsOf(node).target_shape);
    case "concatenate":
      return concatenate(inputs, settingsOf(node).axis);
    case "add":
      return inputs.reduce(broadcast);
    case "conv1d": {
      const { filters, kernel_size, strides, padding, dilation_rate } = settingsOf(node);
      const [steps] = sequence(first);
      if (strides > 1 && dilation_rate > 1)
        fail(`has strides ${strides} and dilation_rate ${dilation_rate}, expected one of them to be 1`);
      return [windows(steps, (kernel_size - 1) * dilation_rate + 1, strides, padding), filters];
    }
    case "maxPooling1d":
    case "averagePooling1d": {
      const { pool_size, strides, padding } = settingsOf(node);
      const [steps, channels] = sequence(first);
      return [windows(steps, pool_size, strides ?? pool_size, padding), channels];
    }
    case "globalAveragePooling1d":
    case "globalMaxPooling1d":
      return [sequence(first)[1]];
    case "lstm":
    case "gru": {
      const { units, return_sequences } = settingsOf(node);
      const [steps] = sequence(first);
      return return_sequences ? [steps, units] : [units];
    }
    case "attention":
      return attention(first, second, third);
    case "dropout":
    case "gaussianNoise":
    case "activation":
      return first;
    case "batchNormalization":
    case "layerNormalization":
      return first.at(-1) === null ? fail(`takes a known number of channels, found ${show(first)}`) : first;
  }
}

function inputShape(features: readonly string[]): TensorShape {
  const shapes = features.map(
    (name) => featureShape(name) ?? fail(`has the feature "${name}", expected one of ${KNOWN_FEATURES}`),
  );
  const [only] = shapes;
  if (!only) return fail("has no feature, expected at least one");
  return shapes.length === 1 ? only : [shapes.reduce((sum, shape) => sum + (product(shape) as number), 0)];
}

function labelShape(label: string, index: number | null): TensorShape {
  if (!label) return fail("has no label, expected one such as long_updown");
  const shape = featureShape(label) ?? fail(`has the label "${label}", expected one of ${KNOWN_FEATURES}`);
  if (index === null) return shape;
  const columns = shape.at(-1) as number;
  return index < columns ? [1] : fail(`has label_index ${index}, expected 0 to ${columns - 1} of ${label}`);
}

/** The number of values; null if it is open. */
const product = (shape: TensorShape): number | null =>
  shape.reduce((sum, size) => (sum === null || size === null ? null : sum * size), 1);

/** All inputs' values in one row. */
function flatten(inputs: readonly TensorShape[]): TensorShape {
  const open = inputs.find((shape) => product(shape) === null);
  if (open) return fail(`takes inputs of known sizes, found ${show(open)}`);
  return [inputs.reduce((sum, shape) => sum + (product(shape) as number), 0)];
}

function sequence(shape: TensorShape): readonly [steps: number | null, channels: number | null] {
  const [steps, channels] = shape;
  if (shape.length !== 2 || steps === undefined || channels === undefined)
    return fail(`takes [steps, channels], found ${show(shape)}`);
  return [steps, channels];
}

/** How many windows of a size fit. */
function windows(steps: number | null, size: number, stride: number, padding: string): number | null {
  if (steps === null) return null;
  if (padding !== "valid") return Math.ceil(steps / stride);
  if (size > steps) return fail(`takes windows of ${size} steps, found ${steps} steps`);
  return Math.floor((steps - size) / stride) + 1;
}

function reshape(shape: TensorShape, target: readonly number[]): TensorShape {
  const all = product(shape);
  const wrong = `has target_shape ${show(target)}, found ${show(shape)}`;
  if (target.includes(0) || target.filter((size) => size === -1).length > 1)
    return fail(`${wrong}, expected sizes of at least 1, at most one of them -1`);
  const known = target.reduce((sum, size) => (size === -1 ? sum : sum * size), 1);
  if (target.includes(-1)) {
    if (all !== null && all % known !== 0) fail(`${wrong}, expected sizes that divide ${all}`);
    return target.map((size) => (size === -1 ? all && all / known : size));
  }
  return all === null || all === known ? target : fail(`${wrong}, expected ${all} values`);
}

function concatenate(inputs: readonly TensorShape[], axis: number): TensorShape {
  const [first = []] = inputs;
  // The batch is Keras' axis 0.
  const at = axis < 0 ? first.length + axis : axis - 1;
  if (at < 0 || at >= first.length) fail(`has axis ${axis}, expected 1 to ${first.length} of ${show(first)}, or -1`);
  return inputs.reduce((sum, shape) => {
    const fits =
      shape.length === sum.length && shape.every((size, i) => i === at || same(size, sum[i] as number | null));
    if (!fits) fail(`takes equal shapes but for axis ${axis}, found ${show(sum)} and ${show(shape)}`);
    return sum.map((size, i) => {
      const own = shape[i] as number | null;
      if (i !== at) return size ?? own;
      return size === null || own === null ? null : size + own;
    });
  });
}

const same = (a: number | null, b: number | null): boolean => a === null || b === null || a === b;

/** Two shapes added, aligned at their ends; a size of 1 fits any. */
function broadcast(a: TensorShape, b: TensorShape): TensorShape {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a];
  const skipped = long.length - short.length;
  return long.map((size, i) => {
    const other = i < skipped ? 1 : (short[i - skipped] as number | null);
    if (other === 1) return size;
    if (size === 1) return other;
    return same(size, other) ? (size ?? other) : fail(`takes shapes that add up, found ${show(a)} and ${show(b)}`);
  });
}

function attention(query: TensorShape, value: TensorShape, key: TensorShape): TensorShape {
  const [steps, width] = sequence(query);
  const [values, channels] = sequence(value);
  const [keys, keyWidth] = sequence(key);
  if (!same(width, keyWidth)) fail(`takes query and key of one width, found ${show(query)} and ${show(key)}`);
  if (!same(values, keys)) fail(`takes value and key of as many steps, found ${show(value)} and ${show(key)}`);
  return [steps, channels];
}
