/** The canvas' types, made of canvas.schema.json by `npm run schema`. */

export type CanvasNode =
  | InputNode
  | OutputNode
  | DenseNode
  | Conv1DNode
  | LstmNode
  | GruNode
  | AttentionNode
  | FlattenNode
  | ReshapeNode
  | ConcatenateNode
  | AddNode
  | ActivationNode
  | DropoutNode
  | GaussianNoiseNode
  | BatchNormalizationNode
  | LayerNormalizationNode
  | MaxPooling1DNode
  | AveragePooling1DNode
  | GlobalAveragePooling1DNode
  | GlobalMaxPooling1DNode;
export type NodeId = string;
export type NodeName = string;

/**
 * A model as a graph of components, without code: `<name>.canvas.json`.
 */
export interface CanvasDocument {
  /**
   * The format's version.
   */
  version: 1;
  nodes: CanvasNode[];
  /**
   * What is led where; a node's inputs are in the edges' order.
   */
  edges: CanvasEdge[];
  /**
   * Nodes that are shown together.
   */
  groups?: CanvasGroup[];
}
/**
 * What the model is given: a feature, or several side by side, each flattened.
 */
export interface InputNode {
  id: NodeId;
  type: "input";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * Names of features such as 100_1_min.
     */
    features?: string[];
  };
}
/**
 * Its upper left corner on the canvas, in pixels.
 */
export interface Position {
  x: number;
  y: number;
}
/**
 * What the model is to predict: a label, or one column of it. It takes any number of inputs, flattened side by side.
 */
export interface OutputNode {
  id: NodeId;
  type: "output";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * What the output is called.
     */
    component_name?: string;
    /**
     * The label's column, counted from 0; null takes all.
     */
    label_index?: number | null;
    /**
     * The standard deviation of the noise that training adds before it.
     */
    gaussian_noise?: number;
    /**
     * The share of its inputs that training leaves out.
     */
    dropout?: number;
    /**
     * How much more a positive sample weighs than a negative one.
     */
    class_weighting?: number;
    /**
     * The function of Keras that it passes; auto fits it to the label.
     */
    activation?:
      | "auto"
      | "linear"
      | "relu"
      | "relu6"
      | "leaky_relu"
      | "elu"
      | "selu"
      | "gelu"
      | "silu"
      | "mish"
      | "softplus"
      | "softsign"
      | "sigmoid"
      | "hard_sigmoid"
      | "tanh"
      | "exponential"
      | "softmax";
    /**
     * The label's name, such as long_updown.
     */
    feature?: string;
  };
}
/**
 * Layers of neurons. It takes any number of inputs, flattened side by side.
 */
export interface DenseNode {
  id: NodeId;
  type: "dense";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How many numbers it gives.
     */
    units?: number;
    /**
     * How many such layers follow each other.
     */
    layers?: number;
    /**
     * The function of Keras that its output passes.
     */
    activation?:
      | "linear"
      | "relu"
      | "relu6"
      | "leaky_relu"
      | "elu"
      | "selu"
      | "gelu"
      | "silu"
      | "mish"
      | "softplus"
      | "softsign"
      | "sigmoid"
      | "hard_sigmoid"
      | "tanh"
      | "exponential"
      | "softmax";
    /**
     * Whether a bias is added.
     */
    use_bias?: boolean;
    /**
     * The share of its inputs that training leaves out.
     */
    dropout?: number;
  };
}
/**
 * A convolution along time.
 */
export interface Conv1DNode {
  id: NodeId;
  type: "conv1d";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How many channels it gives.
     */
    filters?: number;
    /**
     * How many steps a filter sees.
     */
    kernel_size?: number;
    /**
     * Steps from one window to the next.
     */
    strides?: number;
    /**
     * What happens at the ends: whole windows only, or as many steps as come in.
     */
    padding?: "valid" | "same" | "causal";
    /**
     * Steps between those that a filter sees.
     */
    dilation_rate?: number;
    /**
     * The function of Keras that its output passes.
     */
    activation?:
      | "linear"
      | "relu"
      | "relu6"
      | "leaky_relu"
      | "elu"
      | "selu"
      | "gelu"
      | "silu"
      | "mish"
      | "softplus"
      | "softsign"
      | "sigmoid"
      | "hard_sigmoid"
      | "tanh"
      | "exponential"
      | "softmax";
    /**
     * Whether a bias is added.
     */
    use_bias?: boolean;
  };
}
/**
 * A long short-term memory along time.
 */
export interface LstmNode {
  id: NodeId;
  type: "lstm";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How many numbers it gives.
     */
    units?: number;
    /**
     * Whether it gives every step, not only the last.
     */
    return_sequences?: boolean;
    /**
     * The function of Keras that its output passes.
     */
    activation?:
      | "linear"
      | "relu"
      | "relu6"
      | "leaky_relu"
      | "elu"
      | "selu"
      | "gelu"
      | "silu"
      | "mish"
      | "softplus"
      | "softsign"
      | "sigmoid"
      | "hard_sigmoid"
      | "tanh"
      | "exponential"
      | "softmax";
    /**
     * The share of its inputs that training leaves out.
     */
    dropout?: number;
    /**
     * The share of its state that training leaves out.
     */
    recurrent_dropout?: number;
  };
}
/**
 * Gated recurrent units along time.
 */
export interface GruNode {
  id: NodeId;
  type: "gru";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How many numbers it gives.
     */
    units?: number;
    /**
     * Whether it gives every step, not only the last.
     */
    return_sequences?: boolean;
    /**
     * The function of Keras that its output passes.
     */
    activation?:
      | "linear"
      | "relu"
      | "relu6"
      | "leaky_relu"
      | "elu"
      | "selu"
      | "gelu"
      | "silu"
      | "mish"
      | "softplus"
      | "softsign"
      | "sigmoid"
      | "hard_sigmoid"
      | "tanh"
      | "exponential"
      | "softmax";
    /**
     * The share of its inputs that training leaves out.
     */
    dropout?: number;
    /**
     * The share of its state that training leaves out.
     */
    recurrent_dropout?: number;
  };
}
/**
 * Dot-product attention of query, value and key, in the order of the edges; a single input attends to itself.
 */
export interface AttentionNode {
  id: NodeId;
  type: "attention";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How query and key are compared.
     */
    score_mode?: "dot" | "concat";
    /**
     * Whether the scores have a trained scale.
     */
    use_scale?: boolean;
    /**
     * The share of the scores that training leaves out.
     */
    dropout?: number;
  };
}
/**
 * All values in one row.
 */
export interface FlattenNode {
  id: NodeId;
  type: "flatten";
  name?: NodeName;
  position?: Position;
  settings: Record<string, never>;
}
/**
 * The same values in another shape.
 */
export interface ReshapeNode {
  id: NodeId;
  type: "reshape";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * The sizes without the batch; one of them may be -1, which takes what is left.
     */
    target_shape?: number[];
  };
}
/**
 * Its inputs one after the other along an axis.
 */
export interface ConcatenateNode {
  id: NodeId;
  type: "concatenate";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * The axis as Keras counts it: 0 is the batch, -1 the last.
     */
    axis?: number;
  };
}
/**
 * The sum of its inputs.
 */
export interface AddNode {
  id: NodeId;
  type: "add";
  name?: NodeName;
  position?: Position;
  settings: Record<string, never>;
}
/**
 * A function of each value.
 */
export interface ActivationNode {
  id: NodeId;
  type: "activation";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * The function of Keras.
     */
    activation?:
      | "linear"
      | "relu"
      | "relu6"
      | "leaky_relu"
      | "elu"
      | "selu"
      | "gelu"
      | "silu"
      | "mish"
      | "softplus"
      | "softsign"
      | "sigmoid"
      | "hard_sigmoid"
      | "tanh"
      | "exponential"
      | "softmax";
  };
}
/**
 * Leaves out values at random while training.
 */
export interface DropoutNode {
  id: NodeId;
  type: "dropout";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * The share of the values.
     */
    rate?: number;
  };
}
/**
 * Adds noise while training.
 */
export interface GaussianNoiseNode {
  id: NodeId;
  type: "gaussianNoise";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * The noise's standard deviation.
     */
    stddev?: number;
  };
}
/**
 * Normalises each channel over the batch.
 */
export interface BatchNormalizationNode {
  id: NodeId;
  type: "batchNormalization";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How slowly the running mean and variance move.
     */
    momentum?: number;
    /**
     * Added to the variance.
     */
    epsilon?: number;
  };
}
/**
 * Normalises each sample over its channels.
 */
export interface LayerNormalizationNode {
  id: NodeId;
  type: "layerNormalization";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * Added to the variance.
     */
    epsilon?: number;
  };
}
/**
 * The largest value of each window along time.
 */
export interface MaxPooling1DNode {
  id: NodeId;
  type: "maxPooling1d";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How many steps become one.
     */
    pool_size?: number;
    /**
     * Steps from one window to the next; null takes the window's size.
     */
    strides?: number | null;
    /**
     * What happens at the ends: whole windows only, or as many steps as come in.
     */
    padding?: "valid" | "same";
  };
}
/**
 * The mean of each window along time.
 */
export interface AveragePooling1DNode {
  id: NodeId;
  type: "averagePooling1d";
  name?: NodeName;
  position?: Position;
  settings: {
    /**
     * How many steps become one.
     */
    pool_size?: number;
    /**
     * Steps from one window to the next; null takes the window's size.
     */
    strides?: number | null;
    /**
     * What happens at the ends: whole windows only, or as many steps as come in.
     */
    padding?: "valid" | "same";
  };
}
/**
 * The mean of each channel over time.
 */
export interface GlobalAveragePooling1DNode {
  id: NodeId;
  type: "globalAveragePooling1d";
  name?: NodeName;
  position?: Position;
  settings: Record<string, never>;
}
/**
 * The largest value of each channel over time.
 */
export interface GlobalMaxPooling1DNode {
  id: NodeId;
  type: "globalMaxPooling1d";
  name?: NodeName;
  position?: Position;
  settings: Record<string, never>;
}
export interface CanvasEdge {
  from: NodeId;
  to: NodeId;
}
export interface CanvasGroup {
  id: NodeId;
  name: NodeName;
  nodes: NodeId[];
  /**
   * Whether it is shown as one node.
   */
  folded?: boolean;
}
