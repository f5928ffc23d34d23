import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LitModelError, loadKeras, saveKeras } from "@litlab/sdk";
import * as tf from "@litlab/sdk/tf";
import fc from "fast-check";
import { strToU8, unzipSync, zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Case, expectAsKeras, SEED } from "./oracle.js";

/** A model that gives what every call gives. */
const all = (inputs: Readonly<Record<string, string>>, calls: readonly string[], before = ""): string => `
${Object.entries(inputs)
  .map(([name, input]) => `${name} = L.Input(${input})`)
  .join("\n")}
${before}
outputs = [
  ${calls.join(",\n  ")},
]
keras.Model([${Object.keys(inputs).join(", ")}], keras.tree.flatten(outputs))`;

const FIXED: readonly Case[] = [
  {
    name: "sequences",
    code: all({ x: "(5, 3)" }, [
      "L.SimpleRNN(4)(x)",
      "L.SimpleRNN(2, activation='linear', use_bias=False, return_sequences=True)(x)",
      "L.LSTM(4, return_sequences=True, return_state=True)(x)",
      "L.Dense(2)(L.LSTM(4, return_state=True)(x)[2])",
      "L.LSTM(4, recurrent_activation='hard_sigmoid', activation='softsign', use_bias=False)(x)",
      "L.GRU(4, return_sequences=True, return_state=True)(x)",
      "L.GRU(3, reset_after=False, return_sequences=True, go_backwards=True)(x)",
      "L.GRU(4, recurrent_activation='hard_sigmoid', activation='softsign', return_sequences=True)(x)",
      "L.GRU(4, reset_after=False, activation='elu', use_bias=False)(x)",
      "L.SimpleRNN(2)(L.GRU(10, return_sequences=True)(L.LSTM(9, return_sequences=True)(x)))",
    ]),
  },
  {
    name: "cells",
    code: all({ x: "(4, 3)", v: "(3,)", h: "(3,)", c: "(3,)", g: "(2,)" }, [
      "L.RNN(L.LSTMCell(3), return_sequences=True, return_state=True)(x)",
      "L.RNN([L.LSTMCell(3), L.GRUCell(5), L.LSTMCell(4), L.SimpleRNNCell(2)], return_sequences=True, return_state=True)(x)",
      "L.RNN(L.StackedRNNCells([L.GRUCell(3), L.GRUCell(4, reset_after=False)]), go_backwards=True)(x)",
      "L.RNN([L.LSTMCell(3), L.GRUCell(2)], return_state=True)(x, initial_state=[[h, c], [g]])",
      "L.LSTMCell(3)(v, [h, c])",
      "L.GRUCell(2)(v, [g])",
      "L.SimpleRNNCell(3)(v, [h])",
    ]),
  },
  {
    name: "encoder_decoder",
    code: all(
      { x: "(5, 3)", z: "(None, 2)", h: "(4,)" },
      [
        "L.TimeDistributed(L.Dense(2))(L.LSTM(4, return_sequences=True)(z, initial_state=[a, b]))",
        "L.GRU(4)(z, initial_state=h)",
        "L.Bidirectional(L.LSTM(4, return_state=True), merge_mode='mul')(z, initial_state=[h, a, b, h])",
      ],
      "_, a, b = L.LSTM(4, return_state=True)(x)",
    ),
  },
  {
    name: "masks",
    code: all(
      { x: "(6,), dtype='int32'", z: "(4, 2)", h: "(3,)" },
      [
        "y, a, b",
        "L.GRU(4)(y)",
        "L.GRU(3, return_sequences=True, go_backwards=True)(e)",
        "L.SimpleRNN(3, unroll=True)(e)",
        // Keras 3 passes an embedding's mask on to a layer only if that has no initial states.
        "L.GRU(2)(L.LSTM(3, return_sequences=True)(e, initial_state=[h, h]))",
        "L.LSTM(2)(z)",
        "L.GRU(2)(L.RepeatVector(6)(a))",
        "L.Bidirectional(L.SimpleRNN(3))(L.Bidirectional(L.LSTM(4, return_sequences=True), merge_mode='ave')(e))",
        "L.GRU(3, return_sequences=True)(L.TimeDistributed(L.Dense(3))(e))",
      ],
      `
e = L.Embedding(3, 3, mask_zero=True)(x)
y, a, b = L.LSTM(4, return_sequences=True, return_state=True)(e)`,
    ),
    below: 3,
  },
  {
    name: "masks_and_states",
    code: all({ x: "(6, 3)", m: "(6,), dtype='int32'", h: "(4,)" }, [
      "L.GRU(3)(L.LSTM(4, return_sequences=True)(x, initial_state=[h, h], mask=m))",
      "L.GRU(4, return_sequences=True, zero_output_for_mask=True)(x, initial_state=h, mask=m)",
      "L.GRU(4, reset_after=False)(x, initial_state=h, mask=m)",
      "L.RNN(L.SimpleRNNCell(4), zero_output_for_mask=True)(x, initial_state=h, mask=m)",
      "L.Bidirectional(L.GRU(4))(x, mask=m)",
    ]),
    below: 2,
  },
  {
    name: "sequential_masking",
    code: "keras.Sequential([L.Input((5, 2)), L.ReLU(), L.Masking(), L.LSTM(3, return_sequences=True), L.GRU(2)])",
  },
  {
    name: "bidirectional",
    code: all({ x: "(4, 3)" }, [
      "L.Bidirectional(L.GRU(4), merge_mode=None)(x)",
      "L.Bidirectional(L.LSTM(3, return_sequences=True, return_state=True), merge_mode='sum')(x)",
      "L.Bidirectional(L.GRU(3, return_sequences=True, return_state=True), merge_mode=None)(x)",
      "L.Bidirectional(L.LSTM(4), backward_layer=L.GRU(3, go_backwards=True))(x)",
      "L.Bidirectional(L.RNN([L.LSTMCell(3), L.GRUCell(2)]))(x)",
    ]),
  },
  {
    name: "time_distributed",
    code: all(
      { x: "(3, 4, 3)", y: "(3, 4, 3, 2)", z: "(4, 3)", w: "(3, 5), dtype='int32'", o: "(None, 4, 3)" },
      [
        "L.TimeDistributed(L.LSTM(4))(o)",
        "L.TimeDistributed(L.Conv2D(2, 3, padding='same'))(y)",
        "L.TimeDistributed(L.BatchNormalization())(z)",
        "L.TimeDistributed(L.LSTM(3))(L.Embedding(5, 2, mask_zero=True)(w))",
        "L.TimeDistributed(L.TimeDistributed(L.Dense(2)))(x)",
        "L.TimeDistributed(L.Bidirectional(L.GRU(2)))(x)",
        "L.TimeDistributed(inner)(x)",
        "L.TimeDistributed(keras.Sequential([L.Dense(4), L.Flatten(), L.Dense(2)]))(x)",
      ],
      `
a = L.Input((4, 3))
inner = keras.Model(a, L.Dense(2)(L.Concatenate()([L.GRU(3)(a), L.LSTM(2)(a), L.Dense(3)(L.Flatten()(a))])))`,
    ),
  },
  {
    name: "conv_lstm",
    code: all({ x: "(3, 5, 2)", y: "(3, 4, 5, 2)", z: "(2, 3, 4, 3, 1)" }, [
      "L.ConvLSTM1D(2, 3, return_sequences=True, return_state=True)(x)",
      "L.ConvLSTM1D(2, 2, data_format='channels_first', padding='same', go_backwards=True)(x)",
      "L.ConvLSTM2D(2, (3, 2), padding='same', return_sequences=True)(y)",
      "L.ConvLSTM2D(2, 2, data_format='channels_first', return_state=True)(y)",
      "L.ConvLSTM3D(2, 2, strides=(1, 2, 1), use_bias=False, recurrent_activation='hard_sigmoid')(z)",
      "L.Bidirectional(L.ConvLSTM2D(1, 2, return_sequences=True))(y)",
    ]),
  },
  {
    name: "stateful",
    code: "keras.Sequential([L.Input(batch_shape=(3, 4, 2)), L.GRU(3, stateful=True, return_sequences=True), L.LSTM(2, stateful=True)])",
    train: false,
  },
  {
    name: "unrolled",
    code: all({ x: "(1, 2)" }, ["L.LSTM(2, unroll=True)(x)", "L.SimpleRNN(2)(x)", "L.GRU(2, activation='elu')(x)"]),
  },
];

const python = (value: boolean): string => (value ? "True" : "False");
const activations = fc.constantFrom("tanh", "tanh", "softsign", "sigmoid", "linear");
const gates = fc.constantFrom("sigmoid", "sigmoid", "hard_sigmoid");

/** A recurrent layer that the seed draws. */
const layer = fc
  .record({
    kind: fc.constantFrom("SimpleRNN", "LSTM", "GRU"),
    units: fc.integer({ min: 1, max: 9 }),
    activation: activations,
    gate: gates,
    resetAfter: fc.boolean(),
    flags: fc.record({
      use_bias: fc.boolean(),
      return_sequences: fc.boolean(),
      return_state: fc.boolean(),
      go_backwards: fc.boolean(),
      zero_output_for_mask: fc.boolean(),
    }),
    dropout: fc.constantFrom("", ", dropout=0", ", recurrent_dropout=0"),
  })
  .map(({ kind, units, activation, gate, resetAfter, flags, dropout }) => {
    const settings = Object.entries(flags).map(([name, value]) => `${name}=${python(value)}`);
    const gated = kind === "SimpleRNN" ? "" : `, recurrent_activation='${gate}'`;
    const reset = kind === "GRU" ? `, reset_after=${python(resetAfter)}` : "";
    return `L.${kind}(${units}, activation='${activation}'${gated}${reset}${dropout}, ${settings.join(", ")})`;
  });

const mode = fc.constantFrom("'concat'", "'sum'", "'mul'", "'ave'", "None");
const both = fc
  .tuple(layer, mode)
  .map(
    ([inner, merge]) =>
      `L.Bidirectional(${inner.replace("go_backwards=True", "go_backwards=False")}, merge_mode=${merge})`,
  );

const convolution = fc
  .record({
    kernel: fc.constantFrom("2", "3", "(1, 2)"),
    steps: fc.constantFrom("", ", strides=2", ", strides=(1, 2)", ", dilation_rate=2"),
    padding: fc.constantFrom("valid", "same"),
    format: fc.constantFrom("channels_first", "channels_last"),
    backwards: fc.boolean(),
    sequences: fc.boolean(),
  })
  .map(
    ({ kernel, steps, padding, format, backwards, sequences }) =>
      `L.ConvLSTM2D(2, ${kernel}${steps}, padding='${padding}', data_format='${format}', go_backwards=${python(backwards)}, return_sequences=${python(sequences)})(y)`,
  );

const draw = <T>(arbitrary: fc.Arbitrary<T>, numRuns: number): T[] => fc.sample(arbitrary, { seed: SEED, numRuns });

const DRAWN: readonly Case[] = [
  {
    name: "drawn_plain",
    code: all(
      { x: "(4, 3)" },
      draw(fc.oneof({ arbitrary: layer, weight: 3 }, both), 5).map((made) => `${made}(x)`),
    ),
  },
  {
    name: "drawn_masked",
    code: all(
      { x: "(5,), dtype='int32'" },
      draw(fc.oneof(both, { arbitrary: layer, weight: 3 }), 4).map((made) => `${made}(e)`),
      "e = L.Embedding(3, 2, mask_zero=True)(x)",
    ),
    below: 3,
  },
  { name: "drawn_convolutions", code: all({ y: "(2, 5, 6, 6)" }, draw(convolution, 2)) },
];

test("recurrent layers and wrappers", { timeout: 600_000 }, async () => {
  await expectAsKeras([...FIXED, ...DRAWN]);
});

describe("models of tfjs-layers, saved and loaded", () => {
  const folder = mkdtempSync(join(tmpdir(), "litlab-recurrent-"));
  const file = join(folder, "model.keras");
  beforeAll(() => tf.ready());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const initial = { recurrentInitializer: "glorotUniform" as const, recurrentActivation: "sigmoid" as const };
  const load = async (model: tf.LayersModel): Promise<tf.LayersModel> => {
    await saveKeras(model, file);
    return loadKeras(file);
  };
  const values = (model: tf.LayersModel, x: tf.Tensor): number[][] =>
    [model.predict(x)].flat().map((output) => [...output.dataSync()]);
  const expectClose = (found: number[], wanted: number[]) => {
    expect(found.length).toBe(wanted.length);
    for (const [i, value] of wanted.entries()) expect(found[i]).toBeCloseTo(value, 5);
  };

  interface Node {
    class_name: string;
    name: string;
    config: Record<string, unknown>;
    inbound_nodes: unknown;
  }

  /** The saved model with the layer of a name changed, as a file of its own. */
  const changed = (name: string, change: (layer: Node) => void): string => {
    const entries = unzipSync(readFileSync(file));
    const model = JSON.parse(Buffer.from(entries["config.json"] as Uint8Array).toString());
    const layers = model.config.layers as Node[];
    change(layers.find(({ config }) => config.name === name) as Node);
    entries["config.json"] = strToU8(JSON.stringify(model));
    const path = join(folder, "changed.keras");
    writeFileSync(path, zipSync(entries, { level: 0 }));
    return path;
  };

  test("tfjs-layers' own layers give the same, also called as Keras 2 wrote it", async () => {
    const x = tf.input({ shape: [5, 3] });
    const encoder = tf.layers.lstm({ units: 4, returnState: true, name: "encoder", ...initial });
    const [, h, c] = encoder.apply(x) as tf.SymbolicTensor[];
    const decoder = tf.layers.lstm({ units: 4, returnSequences: true, name: "decoder", ...initial });
    const y = decoder.apply(x, { initialState: [h, c] } as never) as tf.SymbolicTensor;
    const inner = tf.layers.gru({ units: 2, ...initial });
    const both = tf.layers.bidirectional({ layer: inner as never, mergeMode: "concat" });
    const dense = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 2 }) });
    const stock = tf.model({ inputs: x, outputs: [y, both.apply(y), dense.apply(y)] as tf.SymbolicTensor[] });
    const input = tf.randomNormal([2, 5, 3]);
    const wanted = values(stock, input);
    for (const [k, found] of values(await load(stock), input).entries()) expectClose(found, wanted[k] as number[]);
    const states = [x.name, "encoder", "encoder"].map((name, i) => [name, 0, i, {}]);
    const legacy = await loadKeras(
      changed("decoder", (layer) => {
        layer.inbound_nodes = [states];
      }),
    );
    for (const [k, found] of values(legacy, input).entries()) expectClose(found, wanted[k] as number[]);
  });

  test("states go on from call to call, once though two of the outputs are used", async () => {
    const x = tf.input({ batchShape: [2, null as never, 3] });
    const outputs = tf.layers.lstm({ units: 4, stateful: true, returnState: true, ...initial }).apply(x);
    const model = await load(tf.model({ inputs: x, outputs: outputs as tf.SymbolicTensor[] }));
    const sequence = tf.randomNormal([2, 6, 3]);
    const whole = values(model, sequence);
    model.resetStates();
    const kept = tf.memory().numTensors;
    const [first, second] = tf.split(sequence, 2, 1) as [tf.Tensor, tf.Tensor];
    values(model, first);
    for (const [k, found] of values(model, second).entries()) expectClose(found, whole[k] as number[]);
    tf.dispose([first, second]);
    expect(tf.memory().numTensors - kept).toBeLessThanOrEqual(6);
    expect(() => model.predict(tf.zeros([3, 6, 3]))).toThrow();
    model.dispose();
  });

  test("dropouts leave predictions alone and keep the mean in training", async () => {
    const layers = {
      recurrentDropout: 0.5,
      dropout: 0,
      activation: "linear" as const,
      recurrentInitializer: "glorotUniform" as const,
    };
    const stock = tf.sequential({ layers: [tf.layers.simpleRNN({ units: 3, inputShape: [2, 2], ...layers })] });
    const model = await load(stock);
    const rows = 20_000;
    const x = tf.tile(
      tf.tensor([
        [
          [1, 2],
          [-1, 1],
        ],
      ]),
      [rows, 1, 1],
    );
    const wanted = values(model, tf.slice(x, [0], [1]))[0] as number[];
    const dropped = model.apply(x, { training: true }) as tf.Tensor;
    const [mean, spread] = [tf.mean(dropped, 0), tf.sub(tf.max(dropped, 0), tf.min(dropped, 0))];
    expect(Math.max(...spread.dataSync())).toBeGreaterThan(0.01);
    for (const [i, value] of [...mean.dataSync()].entries())
      expect(Math.abs(value - (wanted[i] as number))).toBeLessThan(0.1);
    for (const kind of ["lstm", "gru"] as const) {
      const made = tf.layers[kind]({ units: 3, inputShape: [4, 2], ...initial, dropout: 0.5, recurrentDropout: 0.5 });
      const gated = await load(tf.sequential({ layers: [made] }));
      const input = tf.randomNormal([5, 4, 2]);
      const once = [...(gated.apply(input, { training: true }) as tf.Tensor).dataSync()];
      expect([...(gated.apply(input, { training: true }) as tf.Tensor).dataSync()]).not.toEqual(once);
      gated.compile({ optimizer: "sgd", loss: "meanSquaredError" });
      expect(await gated.trainOnBatch(input, tf.zeros([5, 3]))).toBeGreaterThan(0);
    }
  });

  test("what is not to be had is refused by name", async () => {
    const made = tf.layers.gru({ units: 3, inputShape: [4, 2], name: "steps", ...initial });
    await saveKeras(tf.sequential({ layers: [made, tf.layers.dense({ units: 1, name: "end" })] }), file);
    const refuse = async (message: RegExp, change: (layer: Node) => void) => {
      const error = await loadKeras(changed("steps", change)).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(LitModelError);
      expect((error as Error).message).toMatch(message);
    };
    const set = (settings: object) => (layer: Node) => void Object.assign(layer.config, settings);
    const become = (name: string, settings: object) => (layer: Node) => {
      layer.class_name = name;
      Object.assign(layer.config, settings);
    };
    const dense = { class_name: "Dense", config: { name: "dense", units: 2 } };
    await refuse(/layer 'steps' has the time axis first/, set({ time_major: true }));
    await refuse(/its input's batch must have a fixed size/, set({ stateful: true }));
    await refuse(/is a CuDNNGRU, which does not load/, become("CuDNNGRU", {}));
    await refuse(/layer 'steps' has no layer within it/, become("RNN", {}));
    await refuse(/layer 'steps' has the cell Dense, which does not load/, become("RNN", { cell: dense }));
    await refuse(/layer 'steps' wraps a Dense, which does not load/, become("Bidirectional", { layer: dense }));
    await refuse(/has the merge_mode "max"/, become("Bidirectional", { layer: dense, merge_mode: "max" }));
  });
});
