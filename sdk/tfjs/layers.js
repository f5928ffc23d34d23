/**
 * @tensorflow/tfjs-layers as an ES module, made by `npm run tfjs-names`.
 * It is CommonJS: to import it, Node reads a megabyte of source for its names, which takes twice as long as running it.
 */
import { createRequire } from "node:module";

export const {
  Callback,
  CallbackList,
  CustomCallback,
  EarlyStopping,
  History,
  InputSpec,
  LayerVariable,
  LayersModel,
  RNN,
  Sequential,
  SymbolicTensor,
  callbacks,
  constraints,
  initializers,
  input,
  layers,
  loadLayersModel,
  metrics,
  model,
  models,
  registerCallbackConstructor,
  regularizers,
  sequential,
  version_layers,
} = createRequire(import.meta.url)("@tensorflow/tfjs-layers");
