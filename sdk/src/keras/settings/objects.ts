import { isRecord } from "../file/container.js";
import { camelCase, refuse, type Setting, type Where } from "./setting.js";

/** A class of initializers, regularizers or constraints: its settings under Keras' names. */
export interface ObjectType {
  /** tfjs-layers' class name. */
  readonly className: string;
  readonly settings: Readonly<Record<string, Setting>>;
}

/**
 * A setting that holds an object of one of several classes, or null: `{ class_name, config }` in Keras,
 * `{ className, config }` in tfjs-layers. `kind` names it in messages; `aliases` are Keras' other names for the classes.
 */
export function objectSetting(
  kind: string,
  types: Readonly<Record<string, ObjectType>>,
  aliases: Readonly<Record<string, string>> = {},
): Setting {
  const typeOf = (name: string): ObjectType | undefined => {
    const known = Object.hasOwn(aliases, name) ? (aliases[name] as string) : name;
    return Object.hasOwn(types, known) ? types[known] : undefined;
  };
  return {
    load(value, where: Where) {
      if (value === null || value === undefined) return null;
      const name = isRecord(value) ? String(value.class_name) : String(value);
      const type = typeOf(name) ?? refuse(where, `has the ${kind} '${name}', which does not load`);
      const given = isRecord(value) && isRecord(value.config) ? value.config : {};
      const config: Record<string, unknown> = {};
      for (const [key, setting] of Object.entries(type.settings))
        if (given[key] !== undefined) config[camelCase(key)] = setting.load(given[key], where);
      return { className: type.className, config };
    },
    save(value) {
      if (!isRecord(value)) return null;
      const name = Object.keys(types).find((known) => types[known]?.className === value.className);
      const type = name === undefined ? undefined : types[name];
      if (!type) throw new Error(`the ${kind} '${String(value.className)}' is none of Keras'`);
      const given = isRecord(value.config) ? value.config : {};
      const config: Record<string, unknown> = {};
      for (const [key, setting] of Object.entries(type.settings)) {
        const found = given[camelCase(key)];
        if (found !== undefined) config[key] = setting.save(found);
      }
      return { module: `keras.${kind}s`, class_name: name, config, registered_name: null };
    },
  };
}
