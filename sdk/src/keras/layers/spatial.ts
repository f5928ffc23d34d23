import { applyToInputs } from "../calls.js";
import { count, dataFormat, flag, refuse, required, type Setting, unsupported, word } from "../settings/setting.js";
import { type LayerType, ownType } from "./layer-type.js";
import { named } from "./spatial/named.js";
import { CenterCrop, Cropping, Resizing, UpSampling, ZeroPadding } from "./spatial/spatial-layers.js";
import { sizes } from "./spatial/window.js";

/** Lengths before and after each of `axes`: one number for all, a number or a pair for each; a pair alone for one axis. */
const margins = (axes: number): Setting => ({
  load(value, where) {
    const isLength = (each: unknown) => Number.isSafeInteger(each) && (each as number) >= 0;
    const all = Array.isArray(value) ? (axes === 1 ? [value] : value) : Array.from({ length: axes }, () => value);
    const pairs = all.map((each): unknown[] => (Array.isArray(each) ? each : [each, each]));
    if (pairs.length === axes && pairs.every((pair) => pair.length === 2 && pair.every(isLength))) return pairs;
    return refuse(where, `has a setting ${JSON.stringify(value)?.slice(0, 80)}, expected lengths for ${axes} axes`);
  },
  save: (value) => (axes === 1 ? (value as unknown[])[0] : value),
});

/** UpSampling1D's size is a number. */
const single: Setting = { load: sizes(1).load, save: (value) => (value as unknown[])[0] };

const interpolation = word("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5");
/** Keras calls these with `training`, which changes nothing. */
const called: Pick<LayerType, "parameters" | "apply"> = {
  parameters: ["inputs", "training"],
  apply: (layer, { training: _, ...given }, where) => applyToInputs(layer, given, where),
};

const size = { height: required(count), width: required(count), data_format: dataFormat };

/** Layers that add, cut or repeat values along spatial axes. */
export const SPATIAL: readonly LayerType[] = [
  ...[1, 2, 3].flatMap((axes) => [
    ownType(named(`ZeroPadding${axes}D`, ZeroPadding), {
      settings: { padding: required(margins(axes)), data_format: dataFormat },
    }),
    ownType(named(`Cropping${axes}D`, Cropping), {
      settings: { cropping: required(margins(axes)), ...(axes === 1 ? {} : { data_format: dataFormat }) },
    }),
    ownType(named(`UpSampling${axes}D`, UpSampling), {
      settings:
        axes === 1
          ? { size: required(single) }
          : { size: required(sizes(axes)), data_format: dataFormat, ...(axes === 2 ? { interpolation } : {}) },
    }),
  ]),
  ownType(named("Resizing", Resizing), {
    ...called,
    settings: {
      ...size,
      interpolation,
      crop_to_aspect_ratio: flag,
      pad_to_aspect_ratio: unsupported("pad_to_aspect_ratio", false),
      antialias: flag,
    },
  }),
  ownType(named("CenterCrop", CenterCrop), { ...called, settings: size }),
];
