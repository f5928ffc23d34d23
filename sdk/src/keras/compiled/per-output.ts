import type { LayersModel } from "../../tf.js";
import { STRUCTURES } from "../build-model.js";
import { isRecord } from "../file/container.js";
import { trainingModel } from "./compiled.js";
import { doesNotLoad } from "./does-not-load.js";

type Json = Readonly<Record<string, unknown>>;

/** What Keras calls an output: the layer's name, and last the key of a model that gives a record. */
export type OutputNames = readonly string[];

/** The names of each output. */
export function namesOf(model: LayersModel): readonly OutputNames[] {
  const structure = STRUCTURES.get(model)?.outputs;
  const keys = isRecord(structure) ? Object.entries(structure) : [];
  return trainingModel(model).outputNames.map((name, i) => [
    name,
    ...keys.filter(([, place]) => place === i).map(([key]) => key),
  ]);
}

const isObject = (value: unknown): value is Json => isRecord(value) && typeof value.class_name === "string";

/** One value for each output: given as a list or a record, or one for all. */
export function perOutput(value: unknown, names: readonly OutputNames[], kind: string): unknown[] {
  const fail = () => doesNotLoad(`a ${kind} that is not given for each output`);
  if (typeof value === "string" || isObject(value)) return names.map(() => value);
  if (Array.isArray(value)) return value.length === names.length && !value.includes(null) ? value : fail();
  if (!isRecord(value)) return fail();
  return names.map((all) => {
    const name = all.find((known) => Object.hasOwn(value, known));
    return name === undefined ? fail() : value[name];
  });
}

/** The metrics of each output. */
export function listsPerOutput(value: unknown, names: readonly OutputNames[]): unknown[][] {
  if (value === null || value === undefined) return names.map(() => []);
  if (names.length === 1) return [flatten(value)];
  if (Array.isArray(value) && value.length === names.length) return value.map(flatten);
  if (!isRecord(value)) return doesNotLoad("metrics that are not given for each output");
  return names.map((all) => flatten(value[all.find((name) => Object.hasOwn(value, name)) ?? ""]));
}

function flatten(value: unknown): unknown[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(flatten);
  return isRecord(value) && !isObject(value) ? Object.values(value).flatMap(flatten) : [value];
}
