import { type Bytes, chunk, join, whole } from "./protobuf.js";

/** An output of a node: `NODE:NUMBER`. */
export type Output = string;
type Attributes = Readonly<Record<string, Bytes>>;

/** What a loop's body sees of outside. */
export interface Step {
  /** This step's part of a tensor [time, …]. */
  of(sequence: Output, type?: Bytes): Output;
  outside(tensor: Output, type?: Bytes): Output;
}

export interface Loop {
  /** How many steps it has. */
  readonly time: Output;
  /** The states before the first step. */
  readonly states: readonly Output[];
  /** Whether the last step comes first. */
  readonly backwards?: boolean;
  readonly body: (
    step: Step,
    states: Output[],
  ) => { readonly states: readonly Output[]; readonly kept: readonly Output[] };
}

// Fields of TensorFlow's AttrValue, and its numbers of types.
const type = (number: number): Bytes => whole(6, number);
const int = (value: number): Bytes => whole(3, value);
const flag = (value: boolean): Bytes => whole(5, value ? 1 : 0);
const text = (value: string): Bytes => chunk(2, value);
const ANY_SHAPE = chunk(7, whole(3, 1));
const INT_TYPE = 3;

export const [FLOAT, INT, LONG, BOOL] = [type(1), type(INT_TYPE), type(9), type(10)];
const RESOURCE = type(20);

/** A graph that TensorFlow's executor runs in one call: see `runGraph`. Without another word all is float32. */
export class Graph {
  readonly #nodes: Bytes[] = [];
  readonly #ints = new Map<string, Output>();
  /** What makes a tensor from outside one of the loop whose body is being added. */
  #outside: Step["outside"] | undefined;

  /** Adds an op. Gives its first output. */
  op(name: string, inputs: readonly Output[], attributes: Attributes = { T: FLOAT }): Output {
    return `${this.#add(name, inputs, attributes)}:0`;
  }

  /** Adds an op of several outputs. */
  ops(name: string, inputs: readonly Output[], attributes: Attributes, count: number): Output[] {
    const node = this.#add(name, inputs, attributes);
    return Array.from({ length: count }, (_, i) => `${node}:${i}`);
  }

  input(name: string): Output {
    return `${this.#add("Placeholder", [], { dtype: FLOAT, shape: ANY_SHAPE }, name)}:0`;
  }

  add = (a: Output, b: Output): Output => this.op("AddV2", [a, b]);
  sub = (a: Output, b: Output): Output => this.op("Sub", [a, b]);
  mul = (a: Output, b: Output): Output => this.op("Mul", [a, b]);

  matMul(a: Output, b: Output, transposed?: "a" | "b"): Output {
    const transposes = { transpose_a: flag(transposed === "a"), transpose_b: flag(transposed === "b") };
    return this.op("MatMul", [a, b], { T: FLOAT, ...transposes });
  }

  /** Rows [time, batch, features] times a matrix [features, columns], as one product. */
  project(rows: Output, matrix: Output): Output {
    const shapeOf = (tensor: Output) => this.op("Shape", [tensor], { T: FLOAT, out_type: INT });
    const [shape, matrixShape] = [shapeOf(rows), shapeOf(matrix)];
    const part = (of: Output, begin: number, size: number) =>
      this.op("Slice", [of, this.ints([begin]), this.ints([size])], { T: INT, Index: INT });
    const reshape = (tensor: Output, ...lengths: [Output, Output]) => {
      const lengthsTogether = this.op("ConcatV2", [...lengths, this.ints(0)], { T: INT, Tidx: INT, N: int(2) });
      return this.op("Reshape", [tensor, lengthsTogether], { T: FLOAT, Tshape: INT });
    };
    const product = this.matMul(reshape(rows, this.ints([-1]), part(shape, 2, 1)), matrix);
    // Of an empty batch no length can be left to be found.
    return reshape(product, part(shape, 0, 2), part(matrixShape, 1, 1));
  }

  /** A whole number, or a list of them. */
  ints(values: number | readonly number[]): Output {
    const key = JSON.stringify(values);
    const made = this.#ints.get(key) ?? this.op("Const", [], { dtype: INT, value: intsTensor(values) });
    this.#ints.set(key, made);
    return this.#outside?.(made, INT) ?? made;
  }

  concat(parts: readonly Output[], axis: number): Output {
    return this.op("ConcatV2", [...parts, this.ints(axis)], { T: FLOAT, Tidx: INT, N: int(parts.length) });
  }

  /** Parts of the same length. */
  split(tensor: Output, axis: number, count: number): Output[] {
    return this.ops("Split", [this.ints(axis), tensor], { T: FLOAT, num_split: int(count) }, count);
  }

  expand(tensor: Output, axis: number, of = FLOAT): Output {
    return this.op("ExpandDims", [tensor, this.ints(axis)], { T: of, Tdim: INT });
  }

  /** The length of the first axis, a list of one whole number. */
  lengthOf(tensor: Output): Output {
    const shape = this.op("Shape", [tensor], { T: FLOAT, out_type: INT });
    return this.op("Slice", [shape, this.ints([0]), this.ints([1])], { T: INT, Index: INT });
  }

  /** Repeats a body. Gives the states after the last step, and what each step kept as tensors [time, …]. */
  loop({ time, states, backwards = false, body }: Loop): { readonly states: Output[]; readonly kept: Output[] } {
    const one = this.ints([1]);
    const scalar = (list: Output) => this.op("Squeeze", [list], { T: INT });
    const frame = { frame_name: text(`loop${this.#nodes.length}`), parallel_iterations: int(1) };
    const inside = new Map<Output, Output>();
    const outside = (tensor: Output, of = FLOAT): Output => {
      const entered = inside.get(tensor) ?? this.op("Enter", [tensor], { T: of, ...frame, is_constant: flag(true) });
      inside.set(tensor, entered);
      return entered;
    };
    let goesOn: Output | undefined;
    /** What goes round: `first`, then what `again` is called with. */
    const around = (first: Output, T = FLOAT) => {
      const next = `next${this.#nodes.length}`;
      const entry = this.op("Enter", [first], { T, ...frame });
      const value = this.op("Merge", [entry, next], { T, N: int(2) });
      goesOn ??= this.op(
        "LoopCond",
        [this.op("Squeeze", [this.op("Less", [value, outside(time, INT)], { T: INT })], { T: BOOL })],
        {},
      );
      const [end, going] = this.ops("Switch", [value, goesOn], { T }, 2) as [Output, Output];
      const again = (value: Output) => this.#add("NextIteration", [value], { T }, next);
      return { going, again, end: this.op("Exit", [end], { T }) };
    };
    const count = around(this.ints([0]), INT);
    const next = this.op("AddV2", [count.going, outside(one, INT)], { T: INT });
    count.again(next);
    const at = backwards ? this.op("Sub", [outside(time, INT), next], { T: INT }) : count.going;
    const of = (tensor: Output, type = FLOAT) => this.at(outside(tensor, type), at, type);
    const rounds = states.map((state) => around(state));
    this.#outside = outside;
    const result = body(
      { of, outside },
      rounds.map(({ going }) => going),
    );
    this.#outside = undefined;
    for (const [i, { again }] of rounds.entries()) again(result.states[i] as Output);
    const length = scalar(time);
    const steps = this.op("Range", [this.ints(0), length, this.ints(1)], { Tidx: INT });
    let t: Output | undefined;
    const kept = result.kept.map((value) => {
      const type = { dtype: FLOAT, element_shape: ANY_SHAPE };
      const [array, flow] = this.ops("TensorArrayV3", [length], type, 2) as [Output, Output];
      const round = around(flow);
      t ??= scalar(at);
      round.again(this.op("TensorArrayWriteV3", [outside(array, RESOURCE), t, value, round.going]));
      return this.op("TensorArrayGatherV3", [array, steps, round.end], type);
    });
    return { states: rounds.map(({ end }) => end), kept };
  }

  /** The graph as a SavedModel with the tag `serve`. */
  serialize(): Bytes {
    // The version of graphs that TensorFlow 2.12 makes.
    const graph = join(...this.#nodes, chunk(4, whole(1, 1395)));
    const meta = join(chunk(1, chunk(4, "serve")), chunk(2, graph));
    return join(whole(1, 1), chunk(2, meta));
  }

  /** What is at an index of the first axis. @param index a list of one whole number */
  at(tensor: Output, index: Output, of = FLOAT): Output {
    // The end does not count where the axis goes.
    return this.op("StridedSlice", [tensor, index, index, this.ints([1])], {
      T: of,
      Index: INT,
      shrink_axis_mask: int(1),
    });
  }

  #add(op: string, inputs: readonly string[], attributes: Attributes, name = `node${this.#nodes.length}`): string {
    const fields = Object.entries(attributes).map(([key, value]) => chunk(5, join(chunk(1, key), chunk(2, value))));
    this.#nodes.push(
      chunk(1, join(chunk(1, name), chunk(2, op), ...inputs.map((input) => chunk(3, input)), ...fields)),
    );
    return name;
  }
}

function intsTensor(values: number | readonly number[]): Bytes {
  const list = [values].flat();
  const shape = Array.isArray(values) ? chunk(2, whole(1, list.length)) : join();
  return chunk(8, join(whole(1, INT_TYPE), chunk(2, shape), chunk(4, new Uint8Array(Int32Array.from(list).buffer))));
}
