import type { BarFrame } from "../../bars/bar-frame.js";
import { formatValue } from "./format-value.js";
import type { Layer } from "./overlays.js";
import { FALL, type MarkerSeries, PALETTE, type Panel, type Picture, RISE, type Series, type Side } from "./picture.js";
import { eachSlot, linePoints, MOST_SLOTS, perSlot, type Slots, slotPoints, slotsOf } from "./slots.js";
import { type Shade, timeAxis } from "./time-axis.js";

const SIDES = ["buy", "sell"] as const;
type TradesLayer = Extract<Layer, { readonly kind: "trades" }>;

/** What a chart is made of. */
export interface ChartSource {
  readonly frame: BarFrame;
  readonly layers: readonly Layer[];
  readonly title: string | null;
  /** null: trading dates alternate. */
  readonly shades: readonly Shade[] | null;
}

/** Which bars a picture shows, and in how many slots at most. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly most: number;
}

/** The picture of a chart, or of some of its bars. */
export function pictureOf({ frame, layers, title, shades }: ChartSource, window?: Window): Picture {
  const { from, to, most } = window ?? { from: 0, to: frame.length, most: MOST_SLOTS };
  const slots = slotsOf(frame.length, from, to, most);
  const panels = new Map<string, Panel & { readonly series: Series[] }>();
  const add = (role: Panel["role"], name: string, ...series: Series[]) => {
    const panel = panels.get(name);
    if (panel) panel.series.push(...series);
    else panels.set(name, { role, name, series });
  };
  const column = (name: "open" | "high" | "low" | "close", how: "first" | "max" | "min" | "last") =>
    perSlot(frame[name], slots, how);
  const [open, close] = [column("open", "first"), column("close", "last")];
  const candles = { open, high: column("high", "max"), low: column("low", "min"), close };
  add("price", "price", { kind: "candles", name: "price", ...candles });
  const volume = perSlot(frame.volSum, slots, "sum");
  if (volume.some((value) => value > 0) || layers.some(({ panel }) => panel === "volume")) {
    const color = Array.from(volume, (_, i) => ((close[i] as number) >= (open[i] as number) ? RISE : FALL));
    const values = Array.from(volume);
    add("volume", "volume", { kind: "columns", name: "volume", color, slots: [...values.keys()], values });
  }
  let colors = 0;
  for (const [i, layer] of layers.entries()) {
    const color = layer.color ?? (PALETTE[colors++ % PALETTE.length] as string);
    const { panel } = layer;
    const role = panel === "price" ? "price" : panel === "volume" ? "volume" : "own";
    const name = role !== "own" ? role : panel === "own" ? `own ${i}` : `named ${panel}`;
    add(role, name, ...seriesOf(layer, color, slots));
  }
  const { begin, end, merged } = slots;
  const axis = timeAxis(frame, slots, shades);
  const [first, last] = [axis.labels[0], axis.labels.at(-1)];
  return {
    title: title ?? titleOf(frame, window ? end - begin : frame.length),
    isTimed: false,
    begin,
    end,
    merged,
    range: first !== undefined && last !== undefined ? [first, last] : null,
    notes: [
      ...(merged > 1 ? [`${merged.toLocaleString("en-US")} bars a candle`] : []),
      ...layers.flatMap(({ name, outside }) =>
        outside > 0 ? [`${outside.toLocaleString("en-US")} of ${name} beyond the bars`] : [],
      ),
    ],
    ...axis,
    panels: [...panels.values()],
  };
}

/** What a frame shows, in words: "390 bars of 1 min, America/New_York". */
const titleOf = ({ size, unit, timeZone }: BarFrame, count: number): string =>
  `${count.toLocaleString("en-US")} ${count === 1 ? "bar" : "bars"} of ${size} ${unit}, ${timeZone}`;

function seriesOf(layer: Layer, color: string, slots: Slots): Series[] {
  const { rows, name } = layer;
  switch (layer.kind) {
    case "line":
    case "step":
      return [{ kind: layer.kind, name, color, ...linePoints(layer.values, rows, slots) }];
    case "histogram": {
      const { slots: at, columns } = slotPoints([[layer.values, "peak"]], rows, slots);
      return [{ kind: "columns", name, color, slots: at, values: columns[0] ?? [] }];
    }
    case "band": {
      const { slots: at, columns } = slotPoints(
        [
          [layer.lower, "min"],
          [layer.upper, "max"],
        ],
        rows,
        slots,
      );
      return [{ kind: "band", name, color, slots: at, lower: columns[0] ?? [], upper: columns[1] ?? [] }];
    }
    case "trades":
      return SIDES.map((side) => markers(layer, side, slots)).filter((series) => series.slots.length > 0);
  }
}

/** A side's trades; of a slot of several bars, or of very many trades, one. */
function markers({ trades, rows }: TradesLayer, side: Side, slots: Slots): MarkerSeries {
  const points = { slots: [] as number[], values: [] as number[], texts: [] as string[], labels: [] as string[] };
  const joins = slots.merged > 1 || trades.length > MOST_SLOTS;
  const add = (slot: number, price: number, text: string, label: string) => {
    points.slots.push(slot);
    points.values.push(price);
    points.texts.push(text);
    points.labels.push(label);
  };
  eachSlot(rows, slots, (slot, from, to) => {
    const own = trades.slice(from, to).filter((trade) => trade.side === side);
    const [last] = own.slice(-1);
    if (last && joins && own.length > 1) {
      const prices = own.map(({ price }) => price).sort((a, b) => a - b);
      const [least, most] = [prices[0], prices.at(-1)].map((price) => formatValue(price as number));
      const between = least === most ? least : `${least} to ${most}`;
      add(slot, last.price, `${own.length} × ${side} at ${between}`, "");
    } else
      for (const { price, size, label = "" } of own)
        add(
          slot,
          price,
          [side, size, "at", formatValue(price), label].filter((part) => part !== undefined && part !== "").join(" "),
          label,
        );
  });
  return { kind: "markers", name: side, side, ...points };
}
