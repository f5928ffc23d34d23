import { isRecord } from "../file/container.js";
import { doesNotLoad } from "./does-not-load.js";

/** How a model was compiled, as far as it is one thing: an optimizer, a loss, a metric, a schedule. */
export interface Named {
  /** Keras' class or function name. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly isClass: boolean;
}

/** A value of a file, short enough for a message. */
export const shown = (value: unknown): string => String(JSON.stringify(value)?.slice(0, 80));

/** The class, function or name that a value of the compile config stands for. */
export function named(value: unknown, kind: string): Named {
  if (typeof value === "string") return { name: value, config: {}, isClass: false };
  if (!isRecord(value) || typeof value.class_name !== "string") return doesNotLoad(`the ${kind} ${shown(value)}`);
  const { class_name: name, config } = value;
  if (name === "function") return { name: String(config), config: {}, isClass: false };
  if (!isRecord(config)) return doesNotLoad(`the ${kind} '${name}' without a config`);
  if (!("fn" in config)) return { name, config, isClass: true };
  const { fn, ...settings } = config;
  return { name: named(fn, kind).name, config: settings, isClass: false };
}

type Setting = number | boolean | string;

/** Settings of the types that these defaults have. */
export type Like<S> = {
  readonly [K in keyof S]: S[K] extends number
    ? number
    : S[K] extends boolean
      ? boolean
      : S[K] extends string
        ? string
        : Setting;
};

/** The settings of one thing: its defaults, where the file says nothing else. `free` are the keys that say nothing of it. */
export function settingsOf<S extends Readonly<Record<string, Setting>>>(
  { name, config }: Named,
  defaults: S,
  free: readonly string[],
): Like<S> {
  const settings: Record<string, Setting> = { ...defaults };
  for (const [key, value] of Object.entries(config)) {
    if (free.includes(key)) continue;
    const known = Object.hasOwn(defaults, key) ? defaults[key] : undefined;
    if (known !== undefined && typeof value === typeof known) settings[key] = value as Setting;
    else if (value !== null) doesNotLoad(`'${name}' with ${key}=${shown(value)}`);
  }
  return settings as never;
}

/** A setting that is a number or a list of them; undefined if it is null or absent. */
export function numbersOf({ name, config }: Named, key: string): readonly number[] | undefined {
  const value = config[key] ?? undefined;
  if (value === undefined) return undefined;
  const numbers = [value].flat();
  if (numbers.length > 0 && numbers.every((item) => typeof item === "number")) return numbers;
  return doesNotLoad(`'${name}' with ${key}=${shown(value)}`);
}
