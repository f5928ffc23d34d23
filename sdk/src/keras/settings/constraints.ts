import { objectSetting } from "./objects.js";
import { number, wholes } from "./setting.js";

/** A constraint: it projects a weight after each step. */
export const constraint = objectSetting("constraint", {
  MaxNorm: { className: "MaxNorm", settings: { max_value: number, axis: wholes } },
  MinMaxNorm: {
    className: "MinMaxNorm",
    settings: { min_value: number, max_value: number, rate: number, axis: wholes },
  },
  NonNeg: { className: "NonNeg", settings: {} },
  UnitNorm: { className: "UnitNorm", settings: { axis: wholes } },
});
