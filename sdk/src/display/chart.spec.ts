import { describe, expect, test } from "vitest";
import { displayOf } from "../../../test/display.js";
import { LitDataError } from "../errors.js";
import { chart } from "./chart.js";

const START = Date.UTC(2024, 2, 8, 20, 58) * 1000;

/** Minutes around a weekend in which New York's clock changes. */
const time = [0, 1, 2, 3, 65 * 60 + 32, 65 * 60 + 33].map((minute) => START + minute * 60e6);
const close = [1, 2, 3, 4, 5, 6];
const predictions = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6];

interface Spec {
  readonly title: string;
  readonly data: { readonly values: readonly { i: number; time: string; close: number; prediction: number }[] };
  readonly vconcat: readonly { readonly width: number; readonly height: number }[];
}

const specOf = async (value: object) => (await displayOf(value))["application/vnd.vegalite.v5+json"] as Spec;

describe("chart", () => {
  test("shows predictions against the close: Vega-Lite, SVG without script, text", async () => {
    const bundle = await displayOf(chart({ time, close, predictions, timeZone: "America/New_York" }));
    expect(Object.keys(bundle)).toEqual(["application/vnd.vegalite.v5+json", "image/svg+xml", "text/plain"]);
    const { data, vconcat } = bundle["application/vnd.vegalite.v5+json"] as Spec;
    expect(data.values[3]).toMatchObject({ i: 3, time: "2024-03-08 16:01:00", close: 4, prediction: 0.4 });
    expect(data.values[4]?.time).toBe("2024-03-11 10:30:00");
    for (const view of vconcat) expect(Math.min(view.width, view.height)).toBeGreaterThan(0);
    expect(bundle["image/svg+xml"]).toMatch(/^<svg.*03-11 10:30.*<\/svg>$/s);
    expect(bundle["image/svg+xml"]).not.toMatch(/^<svg[^>]* (width|height)=/); // as wide as the page, not cut off
    expect(bundle["text/plain"]).toContain("[6 rows x 3 columns]");
  });

  test("escapes a title", async () => {
    const title = `<script>alert("1")</script>`;
    const bundle = await displayOf(chart({ time, close, predictions, title }));
    expect(bundle["image/svg+xml"]).not.toContain("<script");
    expect(bundle["image/svg+xml"]).toContain("&lt;script&gt;");
  });

  test("draws at most 2,000 points and says so; draws one and none", async () => {
    const many = Float64Array.from({ length: 5001 }, (_, i) => START + i * 60e6);
    const spec = await specOf(chart({ time: many, close: many, predictions: many, title: "all" }));
    expect([spec.data.values.length, spec.data.values[1]?.i, spec.title]).toEqual([1667, 3, "all (1 in 3 drawn)"]);
    for (const length of [0, 1]) {
      const values = new Float64Array(length);
      const bundle = await displayOf(chart({ time: values, close: values, predictions: values }));
      expect(bundle["image/svg+xml"]).toContain("<svg");
    }
  });

  test("refuses columns of different lengths and no zone", () => {
    expect(() => chart({ time, close: [1], predictions })).toThrow(
      "chart: time has 6 values, close 1, predictions 6, expected as many of each",
    );
    expect(() => chart({ time, close, predictions, timeZone: "Nowhere" })).toThrow(LitDataError);
  });

  test("refuses times that are no instants, and shows the first and last ones that are", () => {
    for (const wrong of [Number.NaN, Infinity, 1e300, -8.65e18]) {
      const draw = () => chart({ time: [START, wrong], close: [1, 2], predictions: [1, 2] });
      expect(draw).toThrow(`chart: time[1] is ${wrong}, expected µs since the epoch from -8639999913600000000`);
      expect(draw).toThrow(LitDataError);
    }
    const far = chart({ time: [-8.6399e18, 8.6399e18], close: [1, 2], predictions: [1, 2], timeZone: "Asia/Tokyo" });
    expect(String(far)).toContain(new Date(8.6399e15 + 9 * 3600e3).toISOString().slice(0, 13));
  });
});
