import { LitModelError } from "../../errors.js";
import type { CustomObjects } from "./custom-objects.js";

/** Where a setting stands, for messages, and what wrote it. */
export interface Where {
  /** The file. */
  readonly path: string;
  /** The layer's name. */
  readonly layer: string;
  /** The major version of the Keras that wrote the file. */
  readonly major: 2 | 3;
  readonly customObjects?: CustomObjects;
}

/** How one setting of a Keras layer becomes tfjs-layers' and back. */
export interface Setting {
  /** @throws LitModelError if the value is not one that loads */
  load(value: unknown, where: Where): unknown;
  /** @param name the setting's in TypeScript, for messages */
  save(value: unknown, name?: string): unknown;
  /** Whether a layer without it makes no sense; default false. */
  readonly isRequired?: true;
}

/** A setting that every file has. */
export const required = (setting: Setting): Setting => ({ ...setting, isRequired: true });

/** @throws LitModelError that names file, layer and setting */
export function refuse(where: Where, what: string, code: string | null = null): never {
  throw new LitModelError(`${where.path}: layer '${where.layer}' ${what}`, { code });
}

const kind = (expected: string, fits: (value: unknown) => boolean): Setting => ({
  load: (value, where) =>
    fits(value) ? value : refuse(where, `has a setting ${JSON.stringify(value)?.slice(0, 80)}, expected ${expected}`),
  save: (value) => value,
});

const isNumber = (value: unknown): boolean => typeof value === "number";
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value);
const orNull = (fits: (value: unknown) => boolean) => (value: unknown) => value === null || fits(value);
const deep = (fits: (value: unknown) => boolean) => {
  const all = (value: unknown): boolean => (Array.isArray(value) ? value.every(all) : fits(value));
  return all;
};

export const flag = kind("true or false", (value) => typeof value === "boolean");
export const number = kind("a number", isNumber);
export const numberOrNull = kind("a number or null", orNull(isNumber));
export const whole = kind("a whole number", isWhole);
/** How many there are of something. */
export const count = kind("a whole number of at least 1", (value) => isWhole(value) && (value as number) > 0);
export const wholeOrNull = kind("a whole number or null", orNull(isWhole));
/** A whole number, or nested lists of them: kernel sizes, strides, paddings, axes, shapes. */
export const wholes = kind("whole numbers", deep(orNull(isWhole)));
/** A list of whole numbers: a shape, axes. */
export const lengths = kind("a list of whole numbers", (value) => Array.isArray(value) && value.every(isWhole));
export const list = kind("a list of numbers", (value) => Array.isArray(value) && value.every(isNumber));
/** A number, or nested lists of them. */
export const numbers = kind("numbers", deep(orNull(isNumber)));
export const text = kind("a text", (value) => typeof value === "string");
export const textOrNull = kind(
  "a text or null",
  orNull((value) => typeof value === "string"),
);

/** A setting that does not load unless it is null or one of `harmless`: what it asks for is not done here. */
export const unsupported = (name: string, ...harmless: readonly unknown[]): Setting => ({
  load(value, where) {
    if (value === null || harmless.includes(value)) return undefined;
    return refuse(where, `has ${name}=${JSON.stringify(value)?.slice(0, 80)}, which does not load`);
  },
  save: (value) => value,
});

/** One of Keras' words, `channels_first` or `fan_avg`; in tfjs camelCase. Null is the default. */
export const word = (...words: readonly string[]): Setting => ({
  load(value, where) {
    if (value === null) return undefined;
    if (typeof value === "string" && words.includes(value)) return camelCase(value);
    return refuse(where, `has a setting ${JSON.stringify(value)?.slice(0, 80)}, expected one of ${words.join(", ")}`);
  },
  save: (value) => words.find((known) => camelCase(known) === value) ?? value,
});

export const dataFormat = word("channels_last", "channels_first");
export const padding = word("valid", "same", "causal");

export const camelCase = (key: string): string => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
