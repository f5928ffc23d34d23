import type { SymbolicTensor } from "../../tf.js";
import type { Call } from "../calls.js";
import { bind, isTensor } from "../calls.js";
import { isRecord, type KerasNode } from "../file/container.js";
import { refuse, type Where } from "../settings/setting.js";
import { isLambdaLayer, translate } from "./lambda-layers.js";
import { isArray } from "./operands.js";
import { Operation } from "./operation.js";
import type { Operands, OperationType } from "./operation-type.js";
import { OPERATION_TYPES } from "./operation-types.js";
import { REFUSED_OPERATIONS } from "./refused-operations.js";

/**
 * Whether a node of a Functional model is an operation (`x[:, 0:5]`), which Keras does not count among its layers. `.h5`
 * has no module: there it is what lacks a setting that every layer has.
 */
export function isOperation(node: KerasNode): boolean {
  const { module, class_name, config } = node;
  return (
    class_name === "GetItem" ||
    isLambdaLayer(node) ||
    /(^|\.)ops\./.test(module ?? "") ||
    (module === undefined && config.trainable === undefined && OPERATION_TYPES.has(class_name))
  );
}

/** What tf_keras' layer of an operation is in Keras 3. */
function asOperation(node: KerasNode, { args, kwargs }: Call, where: Where): [KerasNode, Call] {
  try {
    const { className, given } = translate(node, args[0], kwargs);
    const settings = OPERATION_TYPES.get(className)?.settings ?? {};
    const entries = Object.entries(given);
    return [
      { class_name: className, config: Object.fromEntries(entries.filter(([key]) => key in settings)) },
      { args: [], kwargs: Object.fromEntries(entries.filter(([key]) => !(key in settings))) },
    ];
  } catch (cause) {
    return refuse(where, (cause as Error).message, "UNSUPPORTED_LAYER");
  }
}

/** Calls an operation: each call makes a layer of its own. @throws LitModelError if it does not load */
export function applyOperation(node: KerasNode, call: Call, where: Where): SymbolicTensor[] {
  if (isLambdaLayer(node)) {
    const [operation, given] = asOperation(node, call, where);
    return applyOperation(operation, given, where);
  }
  const type = OPERATION_TYPES.get(node.class_name);
  if (!type)
    return refuse(
      where,
      `is the operation ${node.class_name}, which does not load: ${REFUSED_OPERATIONS.get(node.class_name) ?? "docs/keras.md lists those that do"}`,
      "UNSUPPORTED_LAYER",
    );
  const settings = settingsOf(type, node, where);
  const given: Operands = { ...settings, ...argumentsOf(type, call, where) };
  const tensors: SymbolicTensor[] = [];
  const slots = (value: unknown): unknown => {
    if (isTensor(value)) return { tensor: tensors.push(value) - 1 };
    if (isArray(value)) return value;
    if (Array.isArray(value)) return value.map(slots);
    return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, slots(item)])) : value;
  };
  const template = slots(given) as Operands;
  if (tensors.length === 0) return refuse(where, "is called with no tensor");
  try {
    const operands = type.load?.(template) ?? template;
    const operation = new Operation({
      name: where.layer,
      operation: type.className,
      operands,
      settings: Object.keys(settings),
    });
    const outputs = [operation.apply(tensors.length === 1 ? (tensors[0] as SymbolicTensor) : tensors)].flat();
    // tfjs-layers casts what flows to its type, and takes all for float32.
    for (const output of outputs) Object.assign(output, { dtype: null });
    return outputs as SymbolicTensor[];
  } catch (cause) {
    return refuse(where, `(the operation ${type.className}) ${(cause as Error).message}`);
  }
}

function settingsOf({ className, settings = {} }: OperationType, { config }: KerasNode, where: Where): Operands {
  const { name: _name, trainable: _trainable, ...given } = config;
  const found: Record<string, unknown> = { ...settings };
  for (const [key, value] of Object.entries(given))
    if (key in settings) found[key] = value;
    else if (key !== "dtype" && value !== null)
      refuse(
        where,
        `(the operation ${className}) has ${key}=${JSON.stringify(value)?.slice(0, 80)}, which does not load`,
      );
  return found;
}

function argumentsOf({ className, parameters, takesMore }: OperationType, call: Call, where: Where): Operands {
  const given = bind(call, parameters, where);
  const unknown = Object.keys(given).filter((name) => !parameters.includes(name) && given[name] !== null);
  if (unknown.length === 0 || takesMore) return given;
  return refuse(where, `(the operation ${className}) is called with '${unknown.join("', '")}', which does not load`);
}
