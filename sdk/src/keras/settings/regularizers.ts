import { isRecord } from "../file/container.js";
import { objectSetting } from "./objects.js";
import { number, type Setting, word } from "./setting.js";

const penalty = { className: "L1L2", settings: { l1: number, l2: number } };
const known = objectSetting("regularizer", {
  L1L2: penalty,
  L1: penalty,
  L2: penalty,
  OrthogonalRegularizer: {
    className: "OrthogonalRegularizer",
    settings: { factor: number, mode: word("rows", "columns") },
  },
});

/** A regularizer: its penalty is added to the loss. L1 and L2 are L1L2 whose other factor is 0. */
export const regularizer: Setting = {
  load(value, where) {
    const loaded = known.load(value, where);
    if (!isRecord(loaded) || loaded.className !== "L1L2") return loaded;
    return { ...loaded, config: { l1: 0, l2: 0, ...(loaded.config as object) } };
  },
  save: known.save,
};
