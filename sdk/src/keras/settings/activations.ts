import type * as tf from "@tensorflow/tfjs-core";
import { layers, serialization, tidy } from "../../tf.js";
import { isRecord } from "../file/container.js";
import { ADDED, elu, leakyRelu, relu, softmax } from "./activation-functions.js";
import { activationName, kerasActivationName } from "./activation-names.js";
import { refuse, type Setting, type Where } from "./setting.js";

/** An activation: what an `activation` setting holds in a layer. */
export interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
  getClassName(): string;
}

type Apply = (x: tf.Tensor) => tf.Tensor;
type Config = Readonly<Record<string, unknown>>;

/** Layers that Keras takes as activations, by class name; from a config. */
const LAYERS: Readonly<Record<string, (config: Config) => Apply>> = {
  ELU:
    ({ alpha = 1 }) =>
    (x) =>
      elu(x, alpha as number),
  LeakyReLU:
    ({ alpha = 0.3, negative_slope: slope = alpha }) =>
    (x) =>
      leakyRelu(x, slope as number),
  ReLU:
    ({ negative_slope: slope = 0, max_value: most = null, threshold = 0 }) =>
    (x) =>
      relu(x, slope as number, most as number | null, threshold as number),
  Softmax:
    ({ axis = -1 }) =>
    (x) =>
      softmax(x, axis as number | number[]),
  ThresholdedReLU:
    ({ theta = 1 }) =>
    (x) =>
      relu(x, 0, null, theta as number),
};

const known = new Set<string>();

/** Makes an activation known to tfjs-layers, which keeps activations by name. */
function register(name: string, apply: Apply): string {
  if (known.has(name)) return name;
  known.add(name);
  const Base = Object.getPrototypeOf(getActivation("relu").constructor) as new () => serialization.Serializable;
  const type = class extends Base {
    static readonly className = name;
    apply(x: tf.Tensor): tf.Tensor {
      return tidy(() => apply(x));
    }
    getConfig(): serialization.ConfigDict {
      return {};
    }
  };
  serialization.registerClass(type as never);
  return name;
}

export function registerActivations(): void {
  for (const [name, apply] of Object.entries(ADDED)) register(name, apply);
}

/** The activation of tfjs' name. */
export const getActivation = (name: string): Activation =>
  (layers.activation({ activation: name as never }) as unknown as { activation: Activation }).activation;

const LAYER = "layer:";
const FUNCTION = "function:";
const functions: Apply[] = [];

/** Two models may give different functions the same name. */
function registerFunction(name: string, apply: Apply): string {
  if (!functions.includes(apply)) functions.push(apply);
  return register(`${FUNCTION}${functions.indexOf(apply)}:${name}`, apply);
}

function customFunction(name: string, { customObjects = {} }: Where): Apply | undefined {
  const key = [name, name.slice(name.indexOf(">") + 1)].find((given) => Object.hasOwn(customObjects, given));
  return key === undefined ? undefined : (customObjects[key] as Apply);
}

/**
 * An activation by its name, a layer without weights, or a function of `customObjects`, a lambda under its layer's name;
 * another is refused.
 */
export const activation: Setting = {
  load(value, where) {
    if (value === null) return "linear";
    const isFunction = isRecord(value) && (value.class_name === "function" || value.class_name === "__function__");
    const isLambda = isRecord(value) && !isFunction && typeof value.class_name !== "string";
    const given = isLambda ? where.layer : isFunction ? value.config : value;
    const name = typeof given === "string" ? given : isRecord(given) ? String(given.class_name) : typeof given;
    if (isRecord(given) && Object.hasOwn(LAYERS, name)) {
      const config = Object.fromEntries(
        Object.entries(isRecord(given.config) ? given.config : {}).filter(([key]) => !HARMLESS.includes(key)),
      );
      const make = LAYERS[name] as (config: Config) => Apply;
      return register(LAYER + JSON.stringify({ class_name: name, config }), make(config));
    }
    if (typeof given === "string") {
      const apply = customFunction(given, where);
      if (apply) return registerFunction(given, apply);
      const found = isLambda ? undefined : activationName(given, where.major);
      if (found !== undefined) return found;
    }
    const what = isLambda ? "a lambda as activation" : `the activation '${name}'`;
    const pass = `pass customObjects: { ${JSON.stringify(name)}: (x) => … }`;
    return refuse(where, `has ${what}, which does not load; ${pass}`, "UNSUPPORTED_ACTIVATION");
  },
  save(value, setting = "activation") {
    const name = String(value);
    if (name.startsWith(LAYER))
      return { module: "keras.layers", registered_name: null, ...JSON.parse(name.slice(LAYER.length)) };
    if (name.startsWith(FUNCTION)) {
      const config = name.slice(name.indexOf(":", FUNCTION.length) + 1);
      return { module: "builtins", class_name: "function", config, registered_name: "function" };
    }
    const found = kerasActivationName(name);
    if (found === undefined)
      throw new Error(
        `'${name}' is none of Keras 3's activations; make the layer with another, as ${setting}: "sigmoid"`,
      );
    return found;
  },
};

/** Settings of an activation's layer that do not change what it computes. */
const HARMLESS: readonly string[] = ["name", "trainable", "dtype"];
