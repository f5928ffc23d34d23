import type { SymbolicTensor } from "../../../tf.js";
import { isTensor } from "../../calls.js";
import { activation } from "../../settings/activations.js";
import { constraint } from "../../settings/constraints.js";
import { initializer } from "../../settings/initializers.js";
import { regularizer } from "../../settings/regularizers.js";
import {
  count,
  dataFormat,
  flag,
  number,
  refuse,
  required,
  type Setting,
  wholeOrNull,
  word,
} from "../../settings/setting.js";
import { layerNode, layerNodes, makeInner } from "../inner-layer.js";
import {
  type Arguments,
  type Layer,
  type LayerClass,
  type LayerContext,
  type LayerType,
  ownType,
} from "../layer-type.js";
import { placesOf } from "../places.js";
import { sizes } from "../spatial/window.js";
import { applyRecurrent, givenRecurrent, RECURRENT_PARAMETERS } from "./apply-recurrent.js";
import { Cell } from "./cell.js";
import { ConvLstm1D, ConvLstm2D, ConvLstm3D } from "./conv-lstm.js";
import { GruCell, type GruConfig } from "./gru-cell.js";
import { LstmCell } from "./lstm-cell.js";
import { Rnn, type RnnConfig } from "./rnn.js";
import { SimpleRnnCell } from "./simple-rnn-cell.js";
import { type StackedConfig, StackedRnnCells } from "./stacked-rnn-cells.js";
import { Gru, Lstm, SimpleRnn } from "./vector-layers.js";

type Settings = LayerType["settings"];

const weights: Settings = {
  use_bias: flag,
  kernel_initializer: initializer,
  recurrent_initializer: initializer,
  bias_initializer: initializer,
  kernel_regularizer: regularizer,
  recurrent_regularizer: regularizer,
  bias_regularizer: regularizer,
  kernel_constraint: constraint,
  recurrent_constraint: constraint,
  bias_constraint: constraint,
};
const drops: Settings = { dropout: number, recurrent_dropout: number, seed: wholeOrNull };
const simple: Settings = { units: required(count), activation, ...weights, ...drops };
const lstm: Settings = { ...simple, recurrent_activation: activation, unit_forget_bias: flag };
const gru: Settings = { ...simple, recurrent_activation: activation, reset_after: flag };

/** tf_keras' axis order. */
const timeMajor: Setting = {
  load: (value, where) => (value === true ? refuse(where, "has the time axis first, which does not load") : undefined),
  save: (value) => value,
};

const sequence: Settings = {
  return_sequences: flag,
  return_state: flag,
  go_backwards: flag,
  stateful: flag,
  unroll: flag,
  zero_output_for_mask: flag,
  activity_regularizer: regularizer,
  time_major: timeMajor,
};

const convolution = (axes: number): Settings => ({
  filters: required(count),
  kernel_size: required(sizes(axes)),
  strides: sizes(axes),
  padding: word("valid", "same"),
  data_format: dataFormat,
  dilation_rate: sizes(axes),
  activation,
  recurrent_activation: activation,
  unit_forget_bias: flag,
  ...weights,
  ...drops,
});

/** A recurrent layer's type. */
const sequenceType = <Config extends object>(layerClass: LayerClass<Config>, settings: Settings): LayerType =>
  ownType(layerClass, {
    settings: { ...settings, ...sequence },
    parameters: RECURRENT_PARAMETERS,
    apply: applyRecurrent,
    given: givenRecurrent,
    places: placesOf,
  });

/** A cell's type; as a layer it takes a step and its states. */
const cellType = <Config extends object>(layerClass: LayerClass<Config>, settings: Settings): LayerType =>
  ownType(layerClass, {
    settings,
    parameters: ["inputs", "states", "training"],
    apply: applyCell,
    given: givenCell,
    places: placesOf,
  });

function applyCell(
  layer: Layer,
  { inputs, states, ...others }: Arguments,
  where: Parameters<typeof applyRecurrent>[2],
) {
  if (!isTensor(inputs) || !states) return refuse(where, "is called without its states");
  return applyRecurrent(layer, { sequences: inputs, initial_state: states, ...others }, where);
}

function givenCell(layer: Layer, tensors: readonly SymbolicTensor[]): Arguments {
  const { sequences, initial_state } = givenRecurrent(layer, tensors);
  return { inputs: sequences, states: initial_state };
}

/** Keras 2 before 2.1.3 knew no `reset_after`: its reset gate came before the product. */
const withReset = (type: LayerType): LayerType => ({
  ...type,
  make: ((config: GruConfig, context: LayerContext) =>
    type.make({ resetAfter: context.major > 2, ...config } as never, context)) as LayerType["make"],
});

function makeCell(node: unknown, context: LayerContext): Cell {
  const cell = makeInner(node, context);
  return cell instanceof Cell ? cell : refuse(context, `has the cell ${cell.getClassName()}, which does not load`);
}

/** Recurrent layers and their cells. */
export const RECURRENT: readonly LayerType[] = [
  sequenceType(SimpleRnn, simple),
  sequenceType(Lstm, lstm),
  withReset(sequenceType(Gru, gru)),
  sequenceType(ConvLstm1D, convolution(1)),
  sequenceType(ConvLstm2D, convolution(2)),
  sequenceType(ConvLstm3D, convolution(3)),
  {
    ...sequenceType<RnnConfig>(Rnn, { cell: layerNode }),
    make: ((config: RnnConfig, context: LayerContext) =>
      new Rnn({ ...config, cell: makeCell(config.cell, context) })) as LayerType["make"],
  },
  cellType(SimpleRnnCell, simple),
  cellType(LstmCell, lstm),
  withReset(cellType(GruCell, gru)),
  {
    ...cellType<StackedConfig>(StackedRnnCells, { cells: layerNodes }),
    make: ((config: StackedConfig, context: LayerContext) =>
      new StackedRnnCells({
        ...config,
        cells: (config.cells ?? refuse(context, "has no cells")).map((cell) => makeCell(cell, context)),
      })) as LayerType["make"],
  },
];
