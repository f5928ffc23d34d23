import { isRecord } from "../file/container.js";
import { doesNotLoad } from "./does-not-load.js";
import { type Named, named, settingsOf, shown } from "./named.js";
import { refuseUnknown } from "./refused.js";

/** The learning rate of a step; the first is 0. */
export type Schedule = (step: number) => number;

const FREE = ["name"];
const { fround } = Math;
const decay = { initial_learning_rate: 0.1, decay_steps: 1, decay_rate: 0.9, staircase: false };

/** A schedule that divides the steps into periods of `decay_steps`. */
const periods =
  (rateAfter: (settings: { initial_learning_rate: number; decay_rate: number }, periods: number) => number) =>
  (given: Named): Schedule => {
    const settings = settingsOf(given, decay, FREE);
    return (step) => {
      const passed = step / settings.decay_steps;
      return rateAfter(settings, settings.staircase ? Math.floor(passed) : passed);
    };
  };

/** Keras' schedules of the learning rate. */
export const SCHEDULES: Readonly<Record<string, (given: Named) => Schedule>> = {
  ExponentialDecay: periods((settings, passed) => settings.initial_learning_rate * settings.decay_rate ** passed),

  InverseTimeDecay: periods((settings, passed) => settings.initial_learning_rate / (1 + settings.decay_rate * passed)),

  CosineDecay(given) {
    const { warmup_target: target } = given.config;
    const settings = settingsOf(
      given,
      { initial_learning_rate: 0.1, decay_steps: 1, alpha: 0, warmup_steps: 0, warmup_target: 0 },
      FREE,
    );
    const { initial_learning_rate: initial, decay_steps: steps, alpha } = settings;
    const isWarming = typeof target === "number";
    const warmup = isWarming ? settings.warmup_steps : 0;
    const peak = isWarming ? target : initial;
    return (step) => {
      if (step < warmup) return ((peak - initial) * step) / warmup + initial;
      const passed = Math.min(step - warmup, steps) / steps;
      return peak * ((1 - alpha) * 0.5 * (1 + Math.cos(Math.PI * passed)) + alpha);
    };
  },

  CosineDecayRestarts(given) {
    const settings = settingsOf(
      given,
      { initial_learning_rate: 0.1, first_decay_steps: 1, t_mul: 2, m_mul: 1, alpha: 0 },
      FREE,
    );
    const { initial_learning_rate: initial, first_decay_steps: first, t_mul, m_mul, alpha } = settings;
    return (step) => {
      const passed = fround(step / first);
      // In float32, where the logarithm of a restart's step is a whole number.
      const restarts =
        t_mul === 1
          ? Math.floor(passed)
          : Math.floor(fround(fround(Math.log(fround(1 - passed * (1 - t_mul)))) / fround(Math.log(fround(t_mul)))));
      const begun = t_mul === 1 ? restarts : (1 - t_mul ** restarts) / (1 - t_mul);
      const within = (passed - begun) / (t_mul === 1 ? 1 : t_mul ** restarts);
      return initial * ((1 - alpha) * 0.5 * m_mul ** restarts * (1 + Math.cos(Math.PI * within)) + alpha);
    };
  },

  PolynomialDecay(given) {
    const settings = settingsOf(
      given,
      { initial_learning_rate: 0.1, decay_steps: 1, end_learning_rate: 1e-4, power: 1, cycle: false },
      FREE,
    );
    const { initial_learning_rate: initial, decay_steps: steps, end_learning_rate: end, power, cycle } = settings;
    return (step) => {
      const length = cycle && step > 0 ? steps * Math.ceil(step / steps) : steps;
      return (initial - end) * (1 - (cycle ? step : Math.min(step, length)) / length) ** power + end;
    };
  },

  PiecewiseConstantDecay({ config: { boundaries, values } }) {
    if (!isNumbers(boundaries) || !isNumbers(values) || values.length !== boundaries.length + 1)
      return doesNotLoad("a PiecewiseConstantDecay without as many boundaries as values but one");
    return (step) => {
      const place = boundaries.findIndex((boundary) => step <= Math.trunc(boundary));
      return values[place < 0 ? boundaries.length : place] as number;
    };
  },
};

const isNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === "number");

/** The schedule that an optimizer's `learning_rate` describes; a number if it is none. */
export function loadLearningRate(value: unknown): number | Schedule {
  if (typeof value === "number") return value;
  if (!isRecord(value)) return doesNotLoad(`the learning rate ${shown(value)}`);
  const given = named(value, "schedule");
  const load = Object.hasOwn(SCHEDULES, given.name) ? SCHEDULES[given.name] : undefined;
  return load ? load(given) : refuseUnknown("schedule", given.name);
}
