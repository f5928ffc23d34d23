import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayOf } from "../../../../test/display.js";
import { runPython } from "../../../../test/python.js";
import { BAR_COLUMNS, type BarColumn, BarFrame, type BarFrameOptions } from "../../bars/bar-frame.js";
import { LitDataError } from "../../errors.js";
import { chart } from "../chart.js";
import type { BarChart } from "./bar-chart.js";
import { formatValue, niceTicks } from "./format-value.js";
import { type ChartTrade, layerOf, type Overlay } from "./overlays.js";
import type { Picture, Series } from "./picture.js";
import { pictureOf, type Window } from "./picture-of.js";
import { linePoints, slotsOf } from "./slots.js";
import type { Shade } from "./time-axis.js";

const MINUTE = 60e6;
/** 9:31 of a Friday in New York; its clock changes on the Sunday. */
const OPEN = Date.UTC(2024, 2, 8, 14, 31) * 1000;

type Columns = Partial<Record<BarColumn | "timestamp", ArrayLike<number>>>;

function framed(length: number, columns: Columns = {}, options: Partial<BarFrameOptions> = {}): BarFrame {
  const column = (name: BarColumn) =>
    Float64Array.from(columns[name] ?? Array.from({ length }, (_, i) => 100 + (i % 7)));
  const timestamp = Float64Array.from(columns.timestamp ?? Array.from({ length }, (_, i) => OPEN + i * MINUTE));
  const values = Object.fromEntries(BAR_COLUMNS.map((name) => [name, column(name)])) as Record<BarColumn, Float64Array>;
  return new BarFrame({ ...values, timestamp }, { timeZone: "America/New_York", unit: "min", size: 1, ...options });
}

const withoutTimes = (length: number): BarFrame => {
  const frame = framed(length);
  const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, frame[name]])) as Record<BarColumn, Float64Array>;
  return new BarFrame(columns, { timeZone: "UTC", unit: "tick", size: 10 });
};

interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>> & { readonly title: { readonly text: string } };
}

const bundleOf = async (value: object) => {
  const bundle = await displayOf(value);
  const figure = bundle["application/vnd.plotly.v1+json"] as Figure;
  return {
    figure,
    svg: String(bundle["image/svg+xml"]),
    text: String(bundle["text/plain"]),
    keys: Object.keys(bundle),
  };
};

const picture = (
  frame: BarFrame,
  overlays: readonly Overlay[] = [],
  window?: Window,
  shades?: readonly Shade[],
): Picture =>
  pictureOf({ frame, layers: overlays.map((one) => layerOf(one, frame)), title: null, shades: shades ?? null }, window);
const seriesOf = <K extends Series["kind"]>({ panels }: Picture, kind: K) =>
  panels.flatMap(({ series }) => series).filter((one): one is Extract<Series, { kind: K }> => one.kind === kind);

const number = fc.oneof(
  fc.double({ noDefaultInfinity: true }),
  fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, -5),
);
const isNumber = Number.isFinite;

describe("slots", () => {
  test("as few bars a slot as the picture's width allows, the same bars wherever it begins", () => {
    fc.assert(
      fc.property(
        fc.nat(30_000),
        fc.nat(30_000),
        fc.nat(30_000),
        fc.integer({ min: 1, max: 2000 }),
        (a, b, c, most) => {
          const [from = 0, to = 0, length = 0] = [a, b, c].sort((x, y) => x - y);
          fc.pre(from < to);
          const { begin, end, merged, count } = slotsOf(length, from, to, most);
          expect(begin % merged).toBe(0);
          expect(end % merged === 0 || end === length).toBe(true);
          expect(begin <= from && to <= end && from - begin < merged && end - to < merged).toBe(true);
          expect(count).toBe(Math.ceil((end - begin) / merged));
          expect(count).toBeLessThanOrEqual(most);
          if (merged > 1) {
            const finer = merged - 1;
            const needed = Math.ceil(
              (Math.min(length, Math.ceil(to / finer) * finer) - Math.floor(from / finer) * finer) / finer,
            );
            expect(needed).toBeGreaterThan(most);
          }
        },
      ),
    );
  });

  test("candles and volumes are those of a loop over the bars, without what is no number", () => {
    const bar = fc.tuple(number, number, number, number, number);
    fc.assert(
      fc.property(fc.array(bar, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 20 }), (rows, most) => {
        const column = (k: number) => rows.map((row) => row[k] as number);
        const frame = framed(rows.length, {
          open: column(0),
          high: column(1),
          low: column(2),
          close: column(3),
          volSum: column(4),
        });
        const shown = picture(frame, [], { from: 0, to: rows.length, most });
        const [candles] = seriesOf(shown, "candles");
        for (let slot = 0; slot < shown.labels.length; slot++) {
          const group = rows.slice(slot * shown.merged, (slot + 1) * shown.merged);
          const of = (k: number) => group.map((row) => row[k] as number).filter(isNumber);
          const wanted = [of(0)[0], of(1).sort((a, b) => b - a)[0], of(2).sort((a, b) => a - b)[0], of(3).at(-1)];
          const got = [candles?.open, candles?.high, candles?.low, candles?.close].map((values) => values?.[slot] ?? 0);
          for (const [k, value] of got.entries()) expect(value + 0).toBe((wanted[k] ?? Number.NaN) + 0);
          const [volume] = seriesOf(shown, "columns");
          const sum = of(4).reduce((all, one) => all + one, 0);
          if (volume) expect((volume.values[slot] ?? 0) + 0).toBe(of(4).length > 0 ? sum : Number.NaN);
        }
      }),
    );
  });

  test("lines keep each slot's least and greatest value, in their order", () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 80 }),
        fc.integer({ min: 1, max: 20 }),
        (values, most) => {
          const slots = slotsOf(values.length, 0, values.length, most);
          const points = linePoints(Float64Array.from(values), null, slots);
          for (let slot = 0; slot < slots.count; slot++) {
            const all = values.slice(slot * slots.merged, (slot + 1) * slots.merged).filter(isNumber);
            const drawn = points.values.filter((_, i) => points.slots[i] === slot);
            const [least, greatest] = [Math.min(...all), Math.max(...all)];
            if (all.length === 0) expect(drawn).toEqual([Number.NaN]);
            else if (least === greatest) expect(drawn.map((one) => one + 0)).toEqual([least + 0]);
            else
              expect(drawn.map((one) => one + 0)).toEqual(
                (all.indexOf(least) < all.indexOf(greatest) ? [least, greatest] : [greatest, least]).map(
                  (one) => one + 0,
                ),
              );
          }
        },
      ),
    );
  });

  test("a spike among five million bars is drawn", async () => {
    const length = 5_000_000;
    const close = new Float64Array(length).fill(100);
    close[4_321_001] = 5000;
    const columns = Object.fromEntries(BAR_COLUMNS.map((name) => [name, close])) as Record<BarColumn, Float64Array>;
    const timestamp = close.map((_, i) => OPEN + i * 1e6);
    const bars = new BarFrame({ ...columns, timestamp }, { timeZone: "America/New_York", unit: "sec", size: 1 });
    const { figure, svg } = await bundleOf(chart(bars).with({ name: "same", values: close }));
    const [candles = {}, line = {}] = ["candlestick", "scatter"].map(
      (type) => figure.data.find((trace) => trace.type === type) ?? {},
    );
    expect((candles.x as string[]).length).toBe(2000);
    expect([Math.max(...(candles.high as number[])), Math.max(...(line.y as number[]))]).toEqual([5000, 5000]);
    expect(svg).toContain("2,500 bars a candle");
  });
});

describe("overlays", () => {
  const ascending = fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }).map((steps) => {
    let sum = OPEN;
    return steps.map((step) => {
      sum += step * 1e6;
      return sum;
    });
  });
  const times = fc
    .array(fc.integer({ min: -100, max: 1700 }), { minLength: 1, maxLength: 40 })
    .map((all) => all.map((one) => OPEN + one * 1e6));

  test("predictions are drawn at the last bar that is known then, trades on the bar in which they lie", () => {
    fc.assert(
      fc.property(ascending, times, fc.boolean(), (timestamp, time, future) => {
        const frame = framed(timestamp.length, { timestamp }, { unit: "sec", size: 10, future });
        const [first = 0, last = 0] = [timestamp[0], timestamp.at(-1)];
        const known = (at: number) =>
          at >= first && at < last + 10e6 ? timestamp.filter((stamp) => stamp <= at).length - 1 : -1;
        const within = (at: number) =>
          future ? known(at) : at > first - 10e6 && at <= last ? timestamp.findIndex((stamp) => stamp >= at) : -1;
        const rowsOf = (overlay: () => Overlay) => {
          try {
            const { rows, outside } = layerOf(overlay(), frame);
            return { rows: Array.from(rows ?? []), outside };
          } catch (error) {
            expect(String(error)).toContain("lies within the bars");
            return { rows: [], outside: time.length };
          }
        };
        const expected = (find: (at: number) => number) => {
          const rows = time.map(find).filter((row) => row >= 0);
          return { rows: rows.sort((a, b) => a - b), outside: time.length - rows.length };
        };
        expect(rowsOf(() => ({ time, values: time }))).toEqual(expected(known));
        expect(rowsOf(() => time.map((at) => ({ time: at, price: 1, side: "buy" as const })))).toEqual(
          expected(within),
        );
      }),
    );
  });

  test("each has its panel: over the price, over the volume, its own, a shared one", () => {
    const frame = framed(50);
    const low = frame.close.map((_, i) => i / 50);
    const shown = picture(frame, [
      { name: "SMA", values: frame.close },
      { name: "RSI", values: low },
      { name: "MACD", values: low, panel: "macd", kind: "histogram" },
      { name: "mean volume", values: frame.volSum, panel: "volume" },
      { name: "signal", values: low, panel: "macd", kind: "step" },
      { name: "band", lower: frame.low, upper: frame.high },
      { time: frame.timestamp ?? [], values: low, name: "model" },
    ]);
    expect(shown.panels.map(({ series }) => series.map(({ kind, name }) => `${kind} ${name}`))).toEqual([
      ["candles price", "line SMA", "band band"],
      ["columns volume", "line mean volume"],
      ["line RSI"],
      ["columns MACD", "step signal"],
      ["line model"],
    ]);
    expect(
      new Set(shown.panels.flatMap(({ series }) => series).map((one) => ("color" in one ? one.color : ""))).size,
    ).toBe(9);
  });

  test("a function makes an overlay of the bars, and bare values get its name", () => {
    const frame = framed(5);
    expect(
      layerOf(function double({ close }) {
        return close.map((one) => one * 2);
      }, frame),
    ).toMatchObject({ name: "double", kind: "line" });
    expect(layerOf(({ low, high }) => ({ name: "range", lower: low, upper: high }), frame)).toMatchObject({
      name: "range",
      kind: "band",
    });
    expect(layerOf(() => [1, 2, 3, 4, 5], frame)).toMatchObject({ name: "indicator", kind: "line" });
  });

  test("what lies beyond the bars is left out and told", async () => {
    const frame = framed(10);
    const time = [OPEN - 3 * MINUTE, OPEN, OPEN + 900 * MINUTE];
    const { figure, svg } = await bundleOf(chart(frame).with({ time, values: [1, 2, 3], name: "model" }));
    expect(figure.layout.title.text).toContain("2 of model beyond the bars");
    expect(svg).toContain("2 of model beyond the bars");
  });

  test("a chart never changes", async () => {
    const frame = framed(20);
    const bare = chart(frame);
    const before = await bundleOf(bare);
    const one = bare.with({ name: "a", values: frame.close });
    const two = one.with({ name: "b", values: frame.close });
    expect([
      await bundleOf(bare),
      (await bundleOf(one)).figure.data.length,
      (await bundleOf(two)).figure.data.length,
    ]).toEqual([before, 3, 4]);
    expect((await bundleOf(frame)).svg).toBe(before.svg);
  });

  test("the text is a table with a column a value, and one of the trades", () => {
    const frame = framed(3, { close: [1, 2, 3] });
    const time = frame.timestamp ?? [];
    const text = String(
      chart(frame).with(
        { name: "twice", values: [2, 4, Number.NaN] },
        { time: [OPEN, OPEN + 30e6, OPEN + MINUTE], values: [0.1, 0.2, 0.3], name: "model" },
        { name: "band", time: [time[2] as number], lower: [7], upper: [8] },
        [{ time: OPEN + MINUTE, price: 2.5, side: "sell", size: 9, label: "exit" }],
      ),
    );
    const [bars = "", trades = ""] = text.split("\n\n").filter((part) => part.includes("\n"));
    const cells = (table: string) => table.split("\n").map((line) => line.trim().split(/ {2,}/));
    expect(cells(bars)[0]?.slice(-4)).toEqual(["twice", "model", "band, lower", "band, upper"]);
    expect(
      cells(bars)
        .slice(1)
        .map((row) => row.slice(-4)),
    ).toEqual([
      ["2", "0.2", "NaN", "NaN"],
      ["4", "0.3", "NaN", "NaN"],
      ["NaN", "NaN", "7", "8"],
    ]);
    expect(cells(trades)).toEqual([
      ["time", "side", "price", "size", "label"],
      ["0", "2024-03-08 09:32:00", "sell", "2.5", "9", "exit"],
    ]);
  });

  const frame = framed(4);
  const values = [1, 2, 3, 4];
  const buy = { time: OPEN, price: 1, side: "buy" };
  test.each<[unknown, string]>([
    [null, "chart: with(null), expected an indicator, predictions, bands, or an array of trades"],
    ["SMA", `chart: with("SMA")`],
    [{ name: "x", value: values }, "chart: with({ name, value }), expected { name, values }"],
    [{ values }, "chart: an indicator: name undefined, expected a text"],
    [{ name: " ", values }, `chart: an indicator: name " "`],
    [{ name: "x", values: [1] }, `chart: indicator "x": values: 1 values, expected 4, as there are bars`],
    [{ name: "x", values: 5 }, `chart: indicator "x": values is 5, expected numbers`],
    [{ name: "x", values: [1, "2", 3, 4] }, `chart: indicator "x": values[1] is "2", expected a number`],
    [{ name: "x", values: [1, null, 3, 4] }, `chart: indicator "x": values[1] is null`],
    [{ name: "x", values: new BigInt64Array(4) }, `chart: indicator "x": values[0] is 0, expected a number`],
    [{ name: "x", values, kind: "area" }, `chart: indicator "x": kind "area", expected one of line, step, histogram`],
    [
      { name: "x", values, colour: "red" },
      `chart: indicator "x": "colour" is unknown, expected name, values, panel, kind, color`,
    ],
    [
      { name: "x", values, color: "url(javascript:1)" },
      `chart: indicator "x": color "url(javascript:1)", expected a CSS colour`,
    ],
    [{ name: "x", values, panel: "" }, `chart: indicator "x": panel: name "", expected a text`],
    [{ time: [OPEN], values: [1, 2] }, `chart: predictions "predictions": time: 1 values, expected 2`],
    [
      { time: [OPEN / 1000], values: [1] },
      `chart: predictions "predictions": none of 1 times lies within the bars, from 2024-03-08 09:31:00 to 2024-03-08 09:34:00; the first is 1970-01-20`,
    ],
    [{ time: [Number.NaN], values: [1] }, `chart: predictions "predictions": time[0] is NaN, expected µs`],
    [{ name: "b", lower: values }, `chart: bands "b": upper is undefined, expected numbers`],
    [{ name: "b", lower: values, upper: [1] }, `chart: bands "b": upper: 1 values, expected 4`],
    [[{ ...buy, side: "long" }], `chart: trade 0: side "long", expected "buy" or "sell"`],
    [[buy, { ...buy, price: Number.NaN }], "chart: trade 1: price NaN, expected a number"],
    [[{ ...buy, size: "9" }], `chart: trade 0: size "9", expected a number`],
    [[7], "chart: trade 0 is 7, expected { time, price, side }"],
    [[{ ...buy, time: "2024" }], `chart: trades: time[0] is "2024"`],
  ])("refuses what is wrong, number %#", (overlay, message) => {
    const add = () => chart(frame).with(overlay as Overlay);
    expect(add).toThrow(message);
    expect(add).toThrow(LitDataError);
  });

  test("refuses times where bars have none, and options that there are not", () => {
    expect(() => chart(withoutTimes(3)).with({ time: [1], values: [1] })).toThrow("these bars have no timestamp");
    expect(() => chart(frame, { tittle: "x" } as object)).toThrow(`chart: option "tittle", expected title or shades`);
    expect(() => chart(frame, { shades: [{ from: Number.NaN, to: OPEN }] })).toThrow("chart: shades[0].from is NaN");
    expect(chart(frame).with([]).toString()).toContain("[0 rows x 5 columns]");
  });
});

describe("the time axis", () => {
  const ticksOf = (shown: Picture) => shown.ticks.map(({ text, isMajor }) => (isMajor ? text.toUpperCase() : text));

  test("has round times, and dates that stand out", () => {
    expect(ticksOf(picture(framed(390)))).toEqual([
      "10:00",
      "10:30",
      "11:00",
      "11:30",
      "12:00",
      "12:30",
      "13:00",
      "13:30",
      "14:00",
      "14:30",
      "15:00",
      "15:30",
      "16:00",
    ]);
    const twoDates = Array.from(
      { length: 14 },
      (_, i) => OPEN + 29 * MINUTE + (i % 7) * 60 * MINUTE + (i >= 7 ? 71 * 60 * MINUTE : 0),
    );
    const shown = picture(framed(14, { timestamp: twoDates }, { unit: "hour" }));
    const hours = ["11:00", "12:00", "13:00", "14:00", "15:00", "16:00"];
    expect(ticksOf(shown)).toEqual(["MAR 8", ...hours, "MAR 11", ...hours]);
    expect(shown.shades).toEqual([{ from: 7, to: 14, label: "" }]);
    expect(shown.labels[7]).toBe("2024-03-11 10:00");
  });

  test("names days by their date, whichever end they are stamped with", () => {
    const midnight = (day: number) => Date.UTC(2024, 0, day, 5) * 1000;
    const ends = framed(3, { timestamp: [3, 4, 5].map(midnight) }, { unit: "day" });
    const starts = framed(3, { timestamp: [2, 3, 4].map(midnight) }, { unit: "day", future: true });
    for (const frame of [ends, starts])
      expect(picture(frame).labels).toEqual(["2024-01-02", "2024-01-03", "2024-01-04"]);
    expect(starts.slice(1).future).toBe(true);
  });

  test("labels are distinct where the clock shows a time twice, and where bars share a time", () => {
    const back = Date.UTC(2024, 10, 3, 5, 30) * 1000;
    const hours = Array.from({ length: 4 }, (_, i) => back + Math.min(i, 2) * 60 * MINUTE);
    expect(picture(framed(4, { timestamp: hours }, { unit: "hour" })).labels).toEqual([
      "2024-11-03 01:30",
      "2024-11-03 01:30 (2)",
      "2024-11-03 02:30",
      "2024-11-03 02:30 (2)",
    ]);
  });

  test("shades what it is told to, by the ends or the starts of bars", () => {
    const shades = [
      { from: OPEN + 2 * MINUTE, to: OPEN + 4 * MINUTE, label: "pre" },
      { from: 0, to: OPEN - 99 * MINUTE },
    ];
    expect(picture(framed(10), [], undefined, shades).shades).toEqual([{ from: 3, to: 5, label: "pre" }]);
    expect(picture(framed(10, {}, { future: true }), [], undefined, shades).shades).toEqual([
      { from: 2, to: 4, label: "pre" },
    ]);
    expect(picture(framed(10), [], { from: 4, to: 10, most: 3 }, shades).shades).toEqual([
      { from: 0, to: 1, label: "pre" },
    ]);
  });

  test("numbers bars that have no times", () => {
    const shown = picture(withoutTimes(30));
    expect([shown.labels[12], ticksOf(shown)]).toEqual(["12", ["0", "5", "10", "15", "20", "25"]]);
  });

  test("values of an axis are round, in range, and enough", () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.double({ noNaN: true, min: 1e-6, max: 1e9 }),
        (low, span) => {
          fc.pre(low + span > low && span > Math.abs(low) * 1e-9);
          const { values, decimals } = niceTicks(low, low + span, 8);
          expect(values.length).toBeGreaterThan(2);
          expect(values.length).toBeLessThan(13);
          expect(new Set(values.map((value) => formatValue(value, decimals))).size).toBe(values.length);
          for (const value of values) expect(value >= low - span / 1e6 && value <= low + span * (1 + 1e-6)).toBe(true);
        },
      ),
    );
  });
});

describe("pictures", () => {
  const extremes: Record<string, BarFrame> = {
    empty: framed(0),
    one: framed(1),
    flat: framed(30, {
      open: Array(30).fill(5),
      high: Array(30).fill(5),
      low: Array(30).fill(5),
      close: Array(30).fill(5),
    }),
    nothing: framed(5, {
      open: Array(5).fill(Number.NaN),
      high: Array(5).fill(Number.NaN),
      low: Array(5).fill(Number.NaN),
      close: Array(5).fill(Number.NaN),
      volSum: Array(5).fill(Number.NaN),
    }),
    gaps: framed(9, { close: [1, 2, Number.NaN, 4, Infinity, -Infinity, 7, 8, 9] }),
    zero: framed(3, { open: [0, 0, 0], high: [0, 0, 0], low: [0, 0, 0], close: [0, 0, 0] }),
    negative: framed(3, { open: [-40, 1, 0], high: [-37, 2, 0], low: [-50, -1, -9], close: [-37.63, 0, -5] }),
    huge: framed(3, {
      open: [-1e308, 0, 1e308],
      high: [1e308, 1e308, 1.7e308],
      low: [-1.7e308, 0, 0],
      close: [1, 1e308, 2],
    }),
    tiny: framed(3, {
      open: [1e-300, 2e-300, 3e-300],
      high: [4e-300, 4e-300, 4e-300],
      low: [0, 0, 0],
      close: [2e-300, 1e-300, 4e-300],
    }),
    volumes: framed(3, { volSum: [0, -5, Number.NaN] }),
    untimed: withoutTimes(100),
  };

  test.each(Object.keys(extremes))("of %s bars are drawn without a number that is none", async (name) => {
    const frame = extremes[name] as BarFrame;
    const sorts: BarChart[] = [
      chart(frame),
      chart(frame).with(
        { name: "same", values: frame.close, kind: "step" },
        { name: "all", values: frame.open, panel: "own", kind: "histogram" },
        { name: "band", lower: frame.low, upper: frame.high },
      ),
    ];
    for (const one of sorts) {
      const { svg, figure, text } = await bundleOf(one);
      expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
      expect(svg.replace(/<text.*<\/text>/g, "")).not.toMatch(/NaN|Infinity|undefined/);
      expect(JSON.stringify(figure)).not.toMatch(/NaN|Infinity|undefined/);
      expect(text).toContain(`[${frame.length} rows x `);
    }
  });

  const HOSTILE = [
    `<script>alert("1")</script>`,
    `</text><script>x</script>`,
    `"><img src=x onerror=alert(1)>`,
    "a & b &lt; '",
    "\u0000\u001b[31m\ufffe",
    "%{meta}",
    `<a href="javascript:alert(1)">x</a>`,
    "x".repeat(5000),
    "\u202eabc",
    "line\nbreak",
  ];

  test("hold hostile names, titles and labels as text", async () => {
    const frame = framed(60);
    const pictures: string[] = [];
    for (const bad of HOSTILE) {
      const trade: ChartTrade = { time: OPEN, price: 100, side: "buy", label: bad };
      const { svg, figure } = await bundleOf(
        chart(frame, { title: bad, shades: [{ from: OPEN, to: OPEN + 50 * MINUTE, label: bad }] }).with(
          { name: bad, values: frame.close, panel: bad },
          { name: bad, lower: frame.low, upper: frame.high },
          { time: frame.timestamp ?? [], values: frame.close, name: bad },
          [trade],
        ),
      );
      expect(svg).not.toMatch(
        /<script|<img|<a |<[^>]*(href|\son\w+=)|[^\t\n\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/iu,
      );
      expect(JSON.stringify(figure).replace(/<\/?b>/g, "")).not.toContain("<");
      pictures.push(svg);
    }
    await runPython(
      "import sys, json, xml.dom.minidom as m; [m.parseString(svg) for svg in json.load(sys.stdin)]",
      [],
      JSON.stringify(pictures),
    );
  });

  test("mark the last price, and how many of the bars a candle holds", async () => {
    const { svg, figure } = await bundleOf(
      framed(4001, { close: Array.from({ length: 4001 }, (_, i) => 100 + (i % 7)) }),
    );
    expect(svg).toContain("3 bars a candle");
    expect(figure.layout.title.text).toBe("4,001 bars of 1 min, America/New_York · 3 bars a candle");
    expect(svg).toMatch(/fill="#fff" font-weight="600">103\.00</);
    expect(svg).not.toMatch(/^<svg[^>]* (width|height)=/);
  });

  test("show a side's trades of one slot together where bars are merged", async () => {
    const frame = framed(5000);
    const at = (minute: number, price: number, side: "buy" | "sell") => ({ time: OPEN + minute * MINUTE, price, side });
    const trades = [at(0, 101, "buy"), at(1, 103, "buy"), at(2, 102, "sell"), at(300, 100, "buy")];
    const { figure } = await bundleOf(chart(frame).with(trades));
    const texts = figure.data.filter(({ type }) => type === "scatter").map(({ name, hovertext }) => [name, hovertext]);
    expect(texts).toEqual([
      ["buy", ["2 × buy at 101 to 103", "buy at 100"]],
      ["sell", ["sell at 102"]],
    ]);
  });
});
