import { AUDIT_COLUMNS, type Audit, type DateAudit } from "../bars/audit.js";
import { escapeHtml, htmlTable, textTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

const LABELS: Readonly<Record<(typeof AUDIT_COLUMNS)[number], string>> = {
  trades: "trades",
  duplicates: "duplicates",
  disorder: "out of order",
  nonPositive: "price ≤ 0",
  inconsistent: "inconsistent",
  outliers: "outliers",
  gaps: "gaps",
  longestGap: "longest gap, s",
  hours: "hours",
};
/** What is drawn, a strip each. */
const STRIPS = AUDIT_COLUMNS.filter((name) => name !== "hours");
/** Dates that a table lists. */
const MOST_ROWS = 200;
/** Columns of a picture: more dates share one. */
const MOST_BARS = 400;
const [WIDTH, LEFT, STRIP, GAP, TOP] = [860, 110, 34, 10, 26];
const BLUE = "#4c78a8";
const RED = "#d1495b";
/** Readable on a light and on a dark page. */
const INK = "#7f8790";

/** An audit as a summary, a picture with a strip a check, and the dates on which something stands out. */
export function auditBundle(audit: Audit): MimeBundle {
  const { dates, totals, missing, clockChanges, gap } = audit;
  const count = (value: number) => value.toLocaleString("en-US");
  const summary = [
    ["dates", count(dates.length)],
    ...Object.entries(totals).map(([name, total]) => [LABELS[name as keyof typeof totals], count(total)]),
    ["weekdays without trades", list(missing)],
    ["the clock changes on", list(clockChanges)],
  ];
  const striking = dates.filter(isStriking);
  const cells = striking
    .slice(0, MOST_ROWS)
    .map((date) => [date.date, ...AUDIT_COLUMNS.map((name) => count(Math.round(date[name] * 100) / 100))]);
  const rest = striking.length - cells.length;
  const title = `Audit of ${dates[0]?.date ?? "nothing"} to ${dates.at(-1)?.date ?? "nothing"}, ${audit.timeZone}`;
  const head = ["date", ...AUDIT_COLUMNS.map((name) => LABELS[name])];
  const foot = `a gap is a time without a trade of more than ${gap} s${rest > 0 ? `; ${rest} more dates in audit.dates` : ""}`;
  return {
    "text/html": [
      htmlTable(title, [], summary),
      dates.length > 0 ? auditSvg(dates) : "",
      cells.length > 0 ? htmlTable("Dates on which something stands out", head, cells, foot) : "",
    ].join("\n"),
    "text/plain": `${title}\n${textTable([], summary)}\n\n${audit}`,
  };
}

const isStriking = ({ duplicates, disorder, nonPositive, inconsistent, outliers, gaps, hours }: DateAudit): boolean =>
  duplicates + disorder + nonPositive + inconsistent + outliers + gaps > 0 || hours !== 24;

const list = (dates: readonly string[]): string =>
  dates.length === 0 ? "none" : `${dates.slice(0, 12).join(", ")}${dates.length > 12 ? `, … (${dates.length})` : ""}`;

/** Strips of bars over the dates; dates on which the clock changes are marked. No script. */
function auditSvg(dates: readonly DateAudit[]): string {
  const share = Math.ceil(dates.length / MOST_BARS);
  const groups = Array.from({ length: Math.ceil(dates.length / share) }, (_, k) =>
    dates.slice(k * share, (k + 1) * share),
  );
  const height = TOP + STRIPS.length * (STRIP + GAP) + 8;
  const slot = (WIDTH - LEFT - 8) / groups.length;
  const x = (k: number) => LEFT + k * slot;
  const fixed = (value: number) => Number(value.toFixed(2));
  const marks = groups.flatMap((group, k) =>
    group.some(({ hours }) => hours !== 24)
      ? [
          `<rect x="${fixed(x(k))}" y="${TOP - 4}" width="${fixed(Math.max(1, slot))}" height="${height - TOP}" fill="${INK}" fill-opacity="0.25"><title>the clock changes on ${group
            .filter(({ hours }) => hours !== 24)
            .map(({ date }) => date)
            .join(", ")}</title></rect>`,
        ]
      : [],
  );
  const strips = STRIPS.map((name, row) => {
    const values = groups.map((group) => Math.max(...group.map((date) => date[name])));
    const most = Math.max(...values);
    const bottom = TOP + row * (STRIP + GAP) + STRIP;
    const bars = values.map((value, k) => {
      const tall = most > 0 ? Math.max(value > 0 ? 1 : 0, (value / most) * STRIP) : 0;
      return tall > 0 ? `M${fixed(x(k))} ${bottom}h${fixed(slot * 0.8)}v${fixed(-tall)}h${fixed(-slot * 0.8)}z` : "";
    });
    const colour = name === "trades" || name === "longestGap" ? BLUE : RED;
    const label = most > 0 ? `most ${most.toLocaleString("en-US", { maximumFractionDigits: 1 })}` : "none";
    return [
      `<text x="${LEFT - 8}" y="${bottom - STRIP / 2}" text-anchor="end">${escapeHtml(LABELS[name])}</text>`,
      `<text x="${LEFT - 8}" y="${bottom - STRIP / 2 + 13}" text-anchor="end" font-size="10" fill-opacity="0.8">${label}</text>`,
      `<path d="M${LEFT} ${bottom}H${WIDTH - 8}" stroke="${INK}" stroke-opacity="0.4"/><path d="${bars.join("")}" fill="${colour}"/>`,
    ].join("");
  });
  const ends = `<text x="${LEFT}" y="14">${dates[0]?.date}</text><text x="${WIDTH - 8}" y="14" text-anchor="end">${dates.at(-1)?.date}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" style="max-width:100%" font-family="system-ui, sans-serif" font-size="11" fill="${INK}">${ends}${marks.join("")}${strips.join("")}</svg>`;
}
