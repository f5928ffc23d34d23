import type { Layer, LayerClass } from "../layer-type.js";

/** A layer's class under one of the names that Keras has for it: `Conv1D`, `Conv2D`, … */
export const named = <Config>(className: string, layer: new (config: Config) => Layer): LayerClass<Config> =>
  class extends layer {
    static readonly className = className;
  };
