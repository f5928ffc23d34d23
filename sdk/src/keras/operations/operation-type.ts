import type { Tensor } from "../../tf.js";
import type { Shape } from "../layers/keras-layer.js";

/** What an operation is computed from: its arguments by name, tensors and plain JSON. */
export type Operands = Readonly<Record<string, unknown>>;

/** One operation of keras.ops: a node of a Functional model that is no layer. */
export interface OperationType {
  /** Keras' class name, `GetItem`. */
  readonly className: string;
  /** Where Keras keeps the class, `keras.src.ops.numpy`. */
  readonly module: string;
  /** The names of the call's arguments in order. */
  readonly parameters: readonly string[];
  /** Whether the call takes arguments of other names as well; default false. */
  readonly takesMore?: true;
  /** The constructor's arguments and their defaults, which stand for those that an older Keras did not write. */
  readonly settings?: Operands;
  /** Turns arguments of the file into what `run` takes; also where what cannot be run is refused. Default: as they are. */
  load?(operands: Operands): Operands;
  /** Undoes `load`. */
  save?(operands: Operands): Operands;
  /** Computes it, within a tidy. */
  run(operands: Operands): Tensor | Tensor[];
  /**
   * The shapes that `run` gives for tensors of which only the `shape` is known. Default: `run` is tried on zeros, which
   * is too slow for a product of matrices, and fails where an open axis must be long.
   */
  shape?(operands: Operands): Shape | Shape[];
}
