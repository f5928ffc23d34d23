import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { displayOf } from "../../../../test/display.js";
import { TickFrame } from "../../bars/tick-frame.js";
import type { ColumnSeries, Picture, PriceSeries } from "./picture.js";
import type { PlotlyFigure } from "./plotly-figure.js";
import { TickChart } from "./tick-chart.js";
import { tickPicture } from "./tick-picture.js";
import { lengthOf, timeSlotsOf } from "./time-slots.js";

/** 9:30 in New York. */
const OPEN = Date.UTC(2024, 2, 8, 14, 30) * 1000;
const HOUR = 3600e6;

const ticksOf = (
  time: ArrayLike<number>,
  price: ArrayLike<number>,
  size: ArrayLike<number> = Array(price.length).fill(1),
  timeZone = "America/New_York",
) =>
  new TickFrame(
    { time: Float64Array.from(time), price: Float64Array.from(price), size: Float64Array.from(size) },
    timeZone,
  );
const seriesOf = ({ panels }: Picture) => {
  const [price, volume] = panels.map(({ series }) => series[0]);
  return { price: price as PriceSeries, volume: volume as ColumnSeries | undefined };
};
const bundleOf = async (frame: TickFrame) => {
  const bundle = await displayOf(frame);
  return {
    figure: bundle["application/vnd.plotly.v1+json"] as PlotlyFigure & {
      readonly layout: { readonly title: { readonly text: string }; readonly xaxis: { readonly range: number[] } };
    },
    svg: String(bundle["image/svg+xml"]),
    html: String(bundle["text/html"]),
    text: String(bundle["text/plain"]),
  };
};

const price = fc.oneof(fc.double({ noDefaultInfinity: true, min: -1e6, max: 1e6 }), fc.constantFrom(Number.NaN, 0, -5));
/** Trades at times that lie close together, far apart, or at the same µs. */
const trades = fc
  .array(fc.tuple(fc.oneof(fc.constantFrom(0, 1), fc.nat(5000), fc.nat(900e6)), price, fc.nat(100)), {
    minLength: 1,
    maxLength: 60,
  })
  .map((rows) => {
    let time = OPEN;
    return rows.map(([step, ...rest]) => {
      time += step;
      return [time, ...rest] as const;
    });
  });
const frameOf = (rows: readonly (readonly [number, number, number])[]) =>
  ticksOf(
    rows.map(([time]) => time),
    rows.map(([, one]) => one),
    rows.map(([, , size]) => size),
  );
const finite = (values: readonly number[]) => values.filter(Number.isFinite);

describe("slots of time", () => {
  test("are round, at most so many, and the same wherever the picture begins", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -4e15, max: 4e15 }),
        fc.oneof(fc.nat(100), fc.nat(1e9), fc.double({ noNaN: true, min: 0, max: 1e14 }).map(Math.floor)),
        fc.integer({ min: 2, max: 2000 }),
        (from, span, most) => {
          const { begin, end, merged, wide, count } = timeSlotsOf(from, from + span + 1, most);
          expect(begin <= from && end > from + span).toBe(true);
          expect([begin % wide, end % wide, wide % merged].map(Math.abs)).toEqual([0, 0, 0]);
          expect(count).toBe((end - begin) / merged);
          expect(count).toBeLessThanOrEqual(most);
          expect((end - begin) / wide).toBeLessThanOrEqual(200);
          // Half as long ones, or the next round ones, would be too many.
          if (span > 1000 && most >= 100) expect(count).toBeGreaterThan(most / 20);
        },
      ),
    );
  });

  test("are called by their length", () => {
    const day = 24 * HOUR;
    expect([1, 500, 2000, 500e3, 1e6, 15e6, 60e6, 1800e6, HOUR, day, 2000 * day].map(lengthOf)).toEqual([
      "1 µs",
      "500 µs",
      "2 ms",
      "500 ms",
      "1 s",
      "15 s",
      "1 min",
      "30 min",
      "1 h",
      "1 day",
      "2,000 days",
    ]);
  });
});

describe("a picture of trades", () => {
  test("has each trade at its time, or of too many a slot's lowest, highest and last price", () => {
    fc.assert(
      fc.property(trades, fc.integer({ min: 2, max: 80 }), (rows, most) => {
        const [from, last] = [rows[0]?.[0] as number, rows.at(-1)?.[0] as number];
        const picture = tickPicture(frameOf(rows), { from, to: last + 1, most });
        const { begin, end, merged } = picture;
        const { price: shown, volume } = seriesOf(picture);
        expect(shown.values.length).toBeLessThanOrEqual(most);
        expect(picture.labels.length).toBe((end - begin) / merged);
        if (rows.length <= most) {
          expect(shown.spans).toBeNull();
          expect(shown.values).toEqual(rows.map(([, one]) => one));
          // Where on the axis: the middle of the trade's µs.
          for (const [i, [time]] of rows.entries()) {
            const share = ((shown.slots[i] as number) + 0.5) / picture.labels.length;
            expect(share).toBeCloseTo((time + 0.5 - begin) / (end - begin), 9);
          }
        } else {
          const slots = new Map<number, number[]>();
          for (const [time, one] of rows) {
            const slot = Math.floor((time - begin) / merged);
            slots.set(slot, [...(slots.get(slot) ?? []), one]);
          }
          const of = (values: number[]) => {
            const [all, numbers] = [values.length, finite(values)];
            const none = numbers.length === 0;
            return {
              count: all,
              low: none ? Number.NaN : Math.min(...numbers) + 0,
              high: none ? Number.NaN : Math.max(...numbers) + 0,
              last: (numbers.at(-1) ?? Number.NaN) + 0,
            };
          };
          expect(shown.slots).toEqual([...slots.keys()]);
          expect(
            shown.values.map((value, i) => ({
              count: Number(/· ([\d,]+) trades? ·/.exec(shown.texts[i] as string)?.[1]),
              low: (shown.spans?.low[i] as number) + 0,
              high: (shown.spans?.high[i] as number) + 0,
              last: value + 0,
            })),
          ).toEqual([...slots.values()].map(of));
        }
        const total = rows.reduce((sum, [, , size]) => sum + size, 0);
        if (total > 0) expect(volume?.values.reduce((sum, one) => sum + one, 0)).toBe(total);
        else expect(volume).toBeUndefined();
      }),
    );
  });

  test("shows the same of a slot wherever a page zooms in, and volume that lies above its trades", () => {
    const length = 30_000;
    const time = Array.from({ length }, (_, i) => OPEN + i * 700_001);
    const frame = ticksOf(
      time,
      time.map((_, i) => Math.sin(i) * (i % 97)),
      time.map((_, i) => i % 50),
    );
    for (const [from, to, most] of [
      [time[0], (time[length - 1] as number) + 1, 2000],
      [time[7000], time[19_000], 500],
      [time[7001], time[7100], 2000],
    ] as [number, number, number][]) {
      const picture = tickPicture(frame, { from, to, most });
      const { begin, end, merged } = picture;
      const { volume } = seriesOf(picture);
      const wide = (volume?.width as number) * merged;
      for (const [i, middle] of (volume?.slots ?? []).entries()) {
        const left = begin + (middle + 0.5) * merged - wide / 2;
        expect(left % wide).toBe(0);
        const inside = frame.size.filter((_, k) => (time[k] as number) >= left && (time[k] as number) < left + wide);
        expect(volume?.values[i]).toBe(inside.reduce((sum, one) => sum + one, 0));
      }
      expect(begin <= from && end >= to).toBe(true);
    }
  });

  test("shades extended hours where they are", async () => {
    const time = Array.from({ length: 97 }, (_, i) => OPEN - 5.5 * HOUR + (i * HOUR) / 6);
    const picture = tickPicture(ticksOf(time, time));
    const hours = (slot: number) => (picture.begin + slot * picture.merged - OPEN) / HOUR;
    expect(picture.shades.map(({ from, to }) => [hours(from), hours(to)])).toEqual([
      [-5.5, 0],
      [6.5, hours(picture.labels.length)],
    ]);
    expect(tickPicture(ticksOf(time, time, undefined, "Asia/Tokyo")).shades).toEqual([]);
    const svg = (await bundleOf(ticksOf(time, time))).svg;
    expect(svg.match(/fill-opacity="0.09"/g)?.length).toBe(2);
  });

  test("has round times of the zone's clock, down to µs", () => {
    const texts = (step: number, from = OPEN) => {
      const time = Array.from({ length: 50 }, (_, i) => from + i * step);
      const { ticks, begin, merged } = tickPicture(ticksOf(time, time));
      const at = (slot: number) => Math.round((begin + (slot + 0.5) * merged - 0.5 - from) * 1e3) / 1e3;
      return ticks.map(({ text, slot }) => [text, at(slot)]);
    };
    expect(texts(1e6).slice(0, 3)).toEqual([
      ["09:30:05", 5e6],
      ["09:30:10", 10e6],
      ["09:30:15", 15e6],
    ]);
    expect(texts(3000)).toEqual([
      ["09:30:00.02", 20e3],
      ["09:30:00.04", 40e3],
      ["09:30:00.06", 60e3],
      ["09:30:00.08", 80e3],
      ["09:30:00.1", 100e3],
      ["09:30:00.12", 120e3],
      ["09:30:00.14", 140e3],
    ]);
    expect(texts(1)).toEqual([
      ["09:30:00.00001", 10],
      ["09:30:00.00002", 20],
      ["09:30:00.00003", 30],
      ["09:30:00.00004", 40],
    ]);
    const late = texts(900e6, OPEN + 12 * HOUR);
    expect(late[0]).toEqual(["22:00", HOUR / 2]);
    expect(late.find(([text]) => text === "Mar 9")).toEqual(["Mar 9", 2.5 * HOUR]);
    // The clock is set forward on the tenth.
    const days = [8, 9, 10, 11, 12].flatMap((day) => ["12:00", `Mar ${day + 1}`]);
    expect(texts(2.4 * HOUR).map(([text]) => text)).toEqual(days);
    expect(texts(24 * HOUR).map(([text]) => text)).toContain("Mar 12");
    // New York's clock is set back from 2:00 to 1:00.
    const night = Date.UTC(2024, 10, 3, 4) * 1000;
    expect(texts(600e6, night).map(([text]) => text)).toEqual(expect.arrayContaining(["01:30", "02:00", "03:00"]));
    expect(
      texts(600e6, night)
        .filter(([text]) => text === "01:30")
        .map(([, at]) => at),
    ).toEqual([1.5 * HOUR, 2.5 * HOUR]);
    expect(texts(0)).toEqual([["09:30", 0]]);
  });
});

describe("frames of trades show", () => {
  const equal = Array(3000).fill(OPEN);
  const extremes: Record<string, TickFrame> = {
    none: ticksOf([], []),
    one: ticksOf([OPEN], [-37.63]),
    equal: ticksOf(equal.slice(0, 5), [1, 3, -2, 4, 2]),
    "many equal": ticksOf(
      equal,
      equal.map((_, i) => i % 7),
    ),
    negative: ticksOf([OPEN, OPEN + 1, OPEN + HOUR], [-40, 3, -5]),
    "no numbers": ticksOf([OPEN, OPEN + 1], [Number.NaN, Infinity], [Number.NaN, -3]),
    huge: ticksOf([OPEN, OPEN + HOUR], [-1.7e308, 1.7e308], [1e308, 1e308]),
    "many huge": ticksOf(
      equal.map((time, i) => time + i),
      equal.map((_, i) => (i % 2 === 0 ? -1.7e308 : 1.7e308)),
    ),
    years: ticksOf([-HOUR * 1e5, OPEN], [1, 2]),
  };

  test.each(Object.keys(extremes))("of %s, without a number that is none", async (name) => {
    const frame = extremes[name] as TickFrame;
    const { svg, figure, html, text } = await bundleOf(frame);
    expect(svg).toMatch(/^<svg[\s\S]*<\/svg>$/);
    expect(svg.replace(/<text.*<\/text>/g, "")).not.toMatch(/NaN|Infinity|undefined/);
    expect(JSON.stringify({ ...figure, data: figure.data.map((one) => ({ ...one, hovertext: "" })) })).not.toMatch(
      /NaN|Infinity|undefined/,
    );
    expect(text).toContain(`[${frame.length} rows x 3 columns]`);
    const pre = '<pre style="font-family:var(--jp-code-font-family,monospace)">';
    expect(html).toBe(`<div>${svg}${pre}${text}</pre></div>`);
    expect(svg.includes("no trades")).toBe(name === "none");
  });

  test("a picture's first, highest, lowest and last price, and each trade's price and size", async () => {
    const length = 5000;
    const time = Array.from({ length }, (_, i) => OPEN + i * 1e6);
    const { svg, figure } = await bundleOf(
      ticksOf(
        time,
        time.map((_, i) => 100 + (i % 9)),
      ),
    );
    const legend = [...svg.matchAll(/>(first|high|low|last) <tspan[^>]*>([\d.]+)</g)].map(([, ...entry]) => entry);
    expect(legend).toEqual([
      ["first", "100.00"],
      ["high", "108.00"],
      ["low", "100.00"],
      ["last", String(100 + ((length - 1) % 9)).concat(".00")],
    ]);
    expect(figure.layout.title.text).toBe("5,000 trades, America/New_York · 5 s a mark");
    const two = await bundleOf(ticksOf([OPEN, OPEN + 250], [5, -6.5], [100, 20]));
    expect(two.figure.data[0]?.hovertext).toEqual([
      "2024-03-08 09:30:00 · 100 at 5",
      "2024-03-08 09:30:00.00025 · 20 at -6.5",
    ]);
    expect(two.figure.data[1]).toMatchObject({
      name: "volume of 2 µs",
      hovertext: ["2024-03-08 09:30:00 · 100", "2024-03-08 09:30:00.00025 · 20"],
    });
  });

  test("a spike among five million", async () => {
    const length = 5_000_000;
    const time = new Float64Array(length);
    for (let i = 0; i < length; i++) time[i] = OPEN + i * 4000;
    const flat = new Float64Array(length).fill(100);
    flat[4_321_001] = 5000;
    flat[1_234_567] = -70;
    const { figure } = await bundleOf(new TickFrame({ time, price: flat, size: flat }, "UTC"));
    const [trace] = figure.data as unknown as [
      { x: number[]; y: number[]; error_y: Record<"array" | "arrayminus", number[]> },
    ];
    expect(trace.x.length).toBeLessThanOrEqual(2000);
    const reach = (name: "array" | "arrayminus", sign: number) =>
      trace.y.map((value, i) => value + sign * (trace.error_y[name][i] as number));
    expect([Math.max(...reach("array", 1)), Math.min(...reach("arrayminus", -1))]).toEqual([5000, -70]);
  });

  test("a zone's name as text", async () => {
    const { svg, html, figure } = await bundleOf(ticksOf([], [], [], `<img src=x onerror="alert(1)">`));
    expect(svg + html).not.toMatch(/<img/);
    expect(JSON.stringify(figure)).not.toMatch(/<img/);
  });

  test("any part that a page asks for", () => {
    const time = Array.from({ length: 3000 }, (_, i) => OPEN + i * 1e6);
    const chart = new TickChart(ticksOf(time, time));
    for (const [from, to, most] of [
      [-1e9, 1e300, 100],
      [OPEN + 5, OPEN + 6, 1],
      [1e300, 2e300, 5],
      [-5, -4, 2000],
    ] as [number, number, number][]) {
      const { begin, end, merged, layout } = chart.figure({ from, to, most });
      expect(begin < end && (end - begin) % merged === 0).toBe(true);
      expect((layout.xaxis as { range: number[] }).range).toEqual([-0.5, (end - begin) / merged - 0.5]);
    }
  });
});
