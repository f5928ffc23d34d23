import type { serialization, Tensor } from "../../../tf.js";
import { Inner, layerOf } from "../inner-layer.js";
import { type LayerConfig, type Shape, singleShape } from "../keras-layer.js";
import type { Layer } from "../layer-type.js";
import { counted } from "../places.js";
import { Cell, type RunOptions, type RunResult } from "./cell.js";

export interface StackedConfig extends LayerConfig {
  readonly cells: readonly Cell[];
}

/** Keras' StackedRNNCells: each cell takes the output of the one before. Its states are the first cell's, the second's, … */
export class StackedRnnCells extends Cell<StackedConfig> {
  static readonly className = "StackedRNNCells";
  readonly cells: readonly Cell[];

  constructor(config: StackedConfig) {
    super(config);
    this.cells = config.cells.map((cell) => layerOf(cell) as Cell);
  }

  override get inner(): ReadonlyMap<string, Layer> {
    const name = counted();
    return new Map((this.cells ?? []).map((cell) => [`cells/${name(cell)}`, cell]));
  }

  override build(inputShape: Shape | Shape[]): void {
    let shape = singleShape(inputShape);
    for (const cell of this.cells) {
      if (!cell.built) cell.build(shape);
      shape = [shape[0] ?? null, ...(cell.stateShapes(shape)[cell.outputState] as number[])];
    }
    this.built = true;
  }

  override get stateCount(): number {
    return this.cells.reduce((sum, { stateCount }) => sum + stateCount, 0);
  }

  override get stateGroups(): readonly number[] {
    return this.cells.map(({ stateCount }) => stateCount);
  }

  override stateShapes(stepShape: Shape): number[][] {
    let shape = stepShape;
    return this.cells.flatMap((cell) => {
      const states = cell.stateShapes(shape);
      shape = [shape[0] ?? null, ...(states[cell.outputState] as number[])];
      return states;
    });
  }

  override get outputState(): number {
    const last = this.cells.at(-1) as Cell;
    return this.stateCount - last.stateCount + last.outputState;
  }

  /** Each cell runs over the whole sequence before the next: a masked step leaves all states as they are either way. */
  override run(inputs: Tensor, states: Tensor[], options: RunOptions): RunResult {
    const rest = [...states];
    const after: Tensor[] = [];
    let outputs: Tensor | undefined = inputs;
    for (const [i, cell] of this.cells.entries()) {
      const own = rest.splice(0, cell.stateCount);
      const all = options.all || i < this.cells.length - 1;
      const result: RunResult = cell.run(outputs as Tensor, own, { ...options, all });
      after.push(...result.states);
      outputs = result.outputs;
    }
    return options.all && outputs ? { outputs, states: after } : { states: after };
  }

  override getConfig(): serialization.ConfigDict {
    return { ...super.getConfig(), cells: this.cells.map((cell) => new Inner(cell)) as never };
  }
}
