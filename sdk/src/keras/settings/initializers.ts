import { isRecord } from "../file/container.js";
import { KerasInitializer } from "./keras-initializer.js";
import { type ObjectType, objectSetting } from "./objects.js";
import { number, numbers, refuse, type Setting, textOrNull, wholes, word } from "./setting.js";

/** A generator instead of a number is none that could be followed here. */
const seed: Setting = { load: (value) => (Number.isSafeInteger(value) ? value : null), save: (value) => value };
const seeded = { seed };
const NAMES = {
  Zeros: {},
  Ones: {},
  Constant: { value: numbers },
  Identity: { gain: number },
  RandomNormal: { mean: number, stddev: number, seed },
  RandomUniform: { minval: number, maxval: number, seed },
  TruncatedNormal: { mean: number, stddev: number, seed },
  VarianceScaling: {
    scale: number,
    mode: textOrNull,
    distribution: textOrNull,
    input_axes: wholes,
    output_axes: wholes,
    seed,
  },
  GlorotNormal: seeded,
  GlorotUniform: seeded,
  HeNormal: seeded,
  HeUniform: seeded,
  LecunNormal: seeded,
  LecunUniform: seeded,
  Orthogonal: { gain: number, seed },
} satisfies Record<string, Readonly<Record<string, Setting>>>;

type Name = keyof typeof NAMES;

/** Keras' other names. */
const ALIASES: Readonly<Record<string, Name>> = {
  OrthogonalInitializer: "Orthogonal",
  IdentityInitializer: "Identity",
  normal: "RandomNormal",
  one: "Ones",
  uniform: "RandomUniform",
  zero: "Zeros",
};

const isName = (name: string): name is Name => Object.hasOwn(NAMES, name);

/** `glorot_uniform` is GlorotUniform. */
const pascalCase = (name: string): string =>
  name.replace(/(^|_)([a-z])/g, (_, _start, letter: string) => letter.toUpperCase());

/** Those of a model that was made with tfjs-layers. */
const stock = (className: string, settings: ObjectType["settings"] = {}): ObjectType => ({ className, settings });
const stockInitializer = objectSetting("initializer", {
  Zeros: stock("Zeros"),
  Ones: stock("Ones"),
  Constant: stock("Constant", { value: number }),
  Identity: stock("Identity", { gain: number }),
  Orthogonal: stock("Orthogonal", { gain: number, seed }),
  RandomNormal: stock("RandomNormal", { mean: number, stddev: number, seed }),
  RandomUniform: stock("RandomUniform", { minval: number, maxval: number, seed }),
  TruncatedNormal: stock("TruncatedNormal", { mean: number, stddev: number, seed }),
  VarianceScaling: stock("VarianceScaling", {
    scale: number,
    mode: word("fan_in", "fan_out", "fan_avg"),
    distribution: { load: (value) => value, save: (value) => (value === "uniform" ? value : "truncated_normal") },
    seed,
  }),
});

/** An initializer: it makes weights that are trained from the start; the loaded weights take their place. */
export const initializer: Setting = {
  load(value, where) {
    if (value === null || value === undefined) return null;
    const given = isRecord(value) ? String(value.class_name) : String(value);
    const name = Object.hasOwn(ALIASES, given) ? (ALIASES[given] as Name) : isRecord(value) ? given : pascalCase(given);
    if (!isName(name)) return refuse(where, `has the initializer '${given}', which does not load`);
    const config = isRecord(value) && isRecord(value.config) ? value.config : {};
    const settings: Record<string, unknown> = {};
    for (const [key, setting] of Object.entries(NAMES[name] as Record<string, Setting>))
      if (config[key] !== undefined) settings[key] = setting.load(config[key], where);
    return { className: KerasInitializer.className, config: { name, settings } };
  },
  save(value) {
    if (!isRecord(value) || value.className !== KerasInitializer.className) return stockInitializer.save(value);
    const { name, settings } = value.config as KerasInitializer["config"];
    return { module: "keras.initializers", class_name: name, config: settings, registered_name: null };
  },
};
