import type { CellConfig, GatedConfig } from "./cell.js";
import { GruCell, type GruConfig } from "./gru-cell.js";
import { LstmCell } from "./lstm-cell.js";
import { Rnn, type SequenceConfig } from "./rnn.js";
import { SimpleRnnCell } from "./simple-rnn-cell.js";

/** A layer's settings for its cell; regularizers of the output are the layer's. */
const cellConfig = <Config extends object>(config: Config): Config => ({
  ...config,
  name: undefined,
  activityRegularizer: undefined,
});

/** Keras' SimpleRNN. */
export class SimpleRnn extends Rnn<CellConfig & SequenceConfig> {
  static override readonly className = "SimpleRNN";

  constructor(config: CellConfig & SequenceConfig) {
    super(config, new SimpleRnnCell(cellConfig(config)));
  }
}

/** Keras' LSTM. */
export class Lstm extends Rnn<GatedConfig & SequenceConfig> {
  static override readonly className = "LSTM";

  constructor(config: GatedConfig & SequenceConfig) {
    super(config, new LstmCell(cellConfig(config)));
  }
}

/** Keras' GRU. */
export class Gru extends Rnn<GruConfig & SequenceConfig> {
  static override readonly className = "GRU";

  constructor(config: GruConfig & SequenceConfig) {
    super(config, new GruCell(cellConfig(config)));
  }
}
