import { LitModelError } from "../../errors.js";
import { isRecord } from "../file/container.js";

/** How a model was compiled, as far as it is one thing: an optimizer, a loss, a metric, a schedule. */
export interface Named {
  /** Keras' class or function name. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly isClass: boolean;
}

/** @throws LitModelError that says what of the compile config is not done here */
export const unsupported = (what: string): never => {
  throw new LitModelError(`${what}, which does not load`);
};

/** The class, function or name that a value of the compile config stands for. */
export function named(value: unknown, kind: string): Named {
  if (typeof value === "string") return { name: value, config: {}, isClass: false };
  if (!isRecord(value) || typeof value.class_name !== "string")
    return unsupported(`the ${kind} ${JSON.stringify(value)?.slice(0, 80)}`);
  const { class_name: name, config } = value;
  if (name === "function") return { name: String(config), config: {}, isClass: false };
  if (!isRecord(config)) return unsupported(`the ${kind} '${name}' without a config`);
  if (!("fn" in config)) return { name, config, isClass: true };
  const { fn, ...settings } = config;
  return { name: named(fn, kind).name, config: settings, isClass: false };
}

type Setting = number | boolean;

/** Settings of the types that these defaults have. */
export type Like<S> = {
  readonly [K in keyof S]: S[K] extends number ? number : S[K] extends boolean ? boolean : Setting;
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
    else if (value !== null) unsupported(`'${name}' with ${key}=${JSON.stringify(value)?.slice(0, 80)}`);
  }
  return settings as never;
}
