import { bisect } from "../../bars/search.js";
import type { TickFrame } from "../../bars/tick-frame.js";
import { formatInstant, SECOND } from "../../bars/time-zone.js";
import { formatValue } from "./format-value.js";
import { type ColumnSeries, INK, PALETTE, type Picture, type PriceSeries } from "./picture.js";
import type { Window } from "./picture-of.js";
import { eachSlot, MOST_SLOTS, slotPoints } from "./slots.js";
import { instantAxis, placeOf } from "./time-axis.js";
import { lengthOf, type TimeSlots, timeSlotsOf } from "./time-slots.js";

const [COLOR] = PALETTE;

/** The picture of trades, or with `window` of those of some µs since the epoch: prices over time, above their volume. */
export function tickPicture(frame: TickFrame, window?: Window): Picture {
  const { time, timeZone } = frame;
  const [first, last] = [time[0], time.at(-1)];
  if (first === undefined || last === undefined) return emptyPicture(timeZone);
  const most = Math.max(2, window?.most ?? MOST_SLOTS);
  const slots = timeSlotsOf(window?.from ?? first, window?.to ?? last + 1, most);
  const { begin, end, merged } = slots;
  const shown = frame.slice(bisect(time, begin), bisect(time, end));
  const isMerged = shown.length > most;
  const volume = volumeColumns(shown, slots);
  return {
    title: titleOf(shown.length, timeZone),
    notes: isMerged ? [`${lengthOf(merged)} a mark`] : [],
    isTimed: true,
    begin,
    end,
    merged,
    range: rangeOf(shown, merged),
    ...instantAxis(timeZone, slots, first, last),
    panels: [
      { role: "price", name: "price", series: [(isMerged ? mergedPrices : prices)(shown, slots)] },
      ...(volume.values.some((value) => value > 0)
        ? [{ role: "volume" as const, name: "volume", series: [volume] }]
        : []),
    ],
  };
}

const titleOf = (count: number, timeZone: string): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? "trade" : "trades"}, ${timeZone}`;

const emptyPicture = (timeZone: string): Picture => ({
  title: titleOf(0, timeZone),
  notes: [],
  isTimed: true,
  begin: 0,
  end: 0,
  merged: 1,
  range: null,
  labels: [],
  ticks: [],
  shades: [],
  panels: [{ role: "price", name: "price", series: [] }],
});

/** The times of the first and the last trade; over a longer time to the second. */
function rangeOf({ time, timeZone }: TickFrame, merged: number): Picture["range"] {
  const [first, last] = [time[0], time.at(-1)];
  if (first === undefined || last === undefined) return null;
  const unit = merged * 10 < SECOND ? 1 : SECOND;
  const format = (one: number) => formatInstant(Math.floor(one / unit) * unit, timeZone);
  return [format(first), format(last)];
}

const firstOf = (price: Float64Array): number => price.find(Number.isFinite) ?? Number.NaN;

/** Each trade at its time. */
function prices({ time, price, size, timeZone }: TickFrame, slots: TimeSlots): PriceSeries {
  const text = (one: number, i: number) =>
    `${formatInstant(one, timeZone)} · ${formatValue(size[i] as number)} at ${formatValue(price[i] as number)}`;
  return {
    kind: "prices",
    name: "price",
    color: COLOR,
    slots: Array.from(time, (one) => placeOf(one, slots)),
    first: firstOf(price),
    values: Array.from(price),
    spans: null,
    texts: Array.from(time, text),
  };
}

/** Of each slot in which trades lie their last price, between the lowest and the highest. */
function mergedPrices({ time, price, timeZone }: TickFrame, slots: TimeSlots): PriceSeries {
  const { slots: at, columns } = slotPoints(
    [
      [price, "last"],
      [price, "min"],
      [price, "max"],
    ],
    time,
    slots,
  );
  const [values = [], low = [], high = []] = columns;
  const texts: string[] = [];
  eachSlot(time, slots, (slot, from, to) => {
    const count = to - from;
    const i = texts.length;
    const [least, greatest, last] = [low, high, values].map((column) => formatValue(column[i] as number));
    texts.push(
      [
        formatInstant(slots.begin + slot * slots.merged, timeZone),
        `${count.toLocaleString("en-US")} ${count === 1 ? "trade" : "trades"}`,
        least === greatest ? `at ${least}` : `from ${least} to ${greatest}, last ${last}`,
      ].join(" · "),
    );
  });
  return {
    kind: "prices",
    name: "price",
    color: COLOR,
    slots: at,
    first: firstOf(price),
    values,
    spans: { low, high },
    texts,
  };
}

function volumeColumns({ time, size, timeZone }: TickFrame, slots: TimeSlots): ColumnSeries {
  const { begin, end, merged, wide } = slots;
  const width = wide / merged;
  const wider = { begin, end, merged: wide, count: (end - begin) / wide };
  const { slots: at, columns } = slotPoints([[size, "sum"]], time, wider);
  const values = columns[0] ?? [];
  const text = (column: number, i: number) =>
    `${formatInstant(begin + column * wide, timeZone)} · ${formatValue(values[i] as number)}`;
  return {
    kind: "columns",
    name: wider.count > 1 ? `volume of ${lengthOf(wide)}` : "volume",
    color: INK,
    width,
    slots: at.map((column) => column * width + (width - 1) / 2),
    values,
    texts: at.map(text),
  };
}
