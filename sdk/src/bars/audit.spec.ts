import fc from "fast-check";
import { expect, test } from "vitest";
import { displayOf } from "../../../test/display.js";
import { runPython } from "../../../test/python.js";
import { randomOf } from "../../../test/random.js";
import { MemoryAdapter } from "./sources/memory-adapter.js";
import { DAY, midnightOf, SECOND } from "./time-zone.js";

const ZONE = "America/New_York";

test("outliers and gaps are those of the definition", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 }), fc.constantFrom(1, 30, 400), async (seed, count) => {
      const random = randomOf(seed);
      const from = midnightOf("2024-01-02", ZONE);
      const time = Array.from({ length: count }, () => from + Math.floor((random() * DAY) / SECOND) * SECOND);
      time.sort((a, b) => a - b);
      let walk = 100;
      const price = time.map(() => {
        walk += (random() - 0.5) * 0.05;
        return Math.round((random() < 0.03 ? walk * (1 + 0.01 * (random() - 0.5)) : walk) * 100) / 100;
      });
      const expected = JSON.parse(
        await runPython("sdk/src/bars/audit.oracle.py", [], JSON.stringify({ time, price, gap: 600 })),
      );
      const adapter = new MemoryAdapter({ time, price, size: time.map(() => 1), timeZone: ZONE });
      const { dates, outliers } = await adapter.audit(undefined, { gap: 600 });
      expect(outliers.map(({ time, price, median }) => [time, price, median])).toEqual(expected.outliers);
      expect(dates[0]).toMatchObject({ gaps: expected.gaps, longestGap: expected.longest, outliers: outliers.length });
    }),
    { numRuns: 10 },
  );
});

test("what is missing, when the clock changes, and progress; strict does not stop it", async () => {
  const day = (date: string) => midnightOf(date, ZONE) + DAY / 2;
  const time = [day("2024-03-07"), day("2024-03-10"), day("2024-03-10") - SECOND, day("2024-03-13"), day("2024-03-13")];
  const ticks = { time, price: [1, 0, 1, 1, 1], size: [1, 1, 1, 1, 1], timeZone: ZONE, strict: true };
  const seen: unknown[] = [];
  const audit = await new MemoryAdapter(ticks).audit(undefined, { onProgress: (done) => seen.push(done) });
  expect(audit.missing).toEqual(["2024-03-08", "2024-03-11", "2024-03-12"]);
  expect(audit.clockChanges).toEqual(["2024-03-10"]);
  expect(audit.totals).toMatchObject({ trades: 5, duplicates: 1, disorder: 1, nonPositive: 1 });
  expect(seen.at(-1)).toEqual({ date: "2024-03-13", dates: 3, of: 3 });
  const bundle = await displayOf(audit);
  const html = String(bundle["text/html"]);
  expect(html).toContain("the clock changes on 2024-03-10");
  expect(html).not.toMatch(/<script|javascript:/i);
  await runPython("import sys, xml.dom.minidom as m; m.parseString(sys.stdin.buffer.read())", [], `<p>${html}</p>`);
  expect(String(bundle["text/plain"])).toContain("2024-03-08, 2024-03-11, 2024-03-12");
  const part = await new MemoryAdapter(ticks).audit(["2024-03-08", "2024-03-10"]);
  expect(part.dates.map(({ date, hours }) => [date, hours])).toEqual([["2024-03-10", 23]]);
});

test("of a session also the wait for the first trade and after the last is a gap", async () => {
  const noon = midnightOf("2024-03-07", ZONE) + DAY / 2;
  const adapter = new MemoryAdapter({ time: [noon], price: [1], size: [1], timeZone: ZONE, session: "regular" });
  expect((await adapter.audit()).dates[0]).toMatchObject({ gaps: 2, longestGap: 4 * 3600 });
});

test("nothing, and a gap that is none", async () => {
  const empty = new MemoryAdapter({ time: [], price: [], size: [] });
  const audit = await empty.audit();
  expect([audit.dates, audit.missing]).toEqual([[], []]);
  expect((await displayOf(audit))["text/html"]).toContain("Audit of nothing");
  await expect(empty.audit(undefined, { gap: 0 })).rejects.toThrow("audit: a gap of 0 s, expected a number above 0");
});
