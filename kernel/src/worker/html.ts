import { inspect } from "node:util";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const MOST_ROWS = 100;
const MOST_COLUMNS = 50;

/** Text for HTML and SVG: nothing in it is markup. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));

/** Plain objects as the rows of a table; null for other values. At most 100 rows and 50 columns are shown. */
export function rowsTable(values: readonly unknown[]): string | null {
  const rows = values.slice(0, MOST_ROWS);
  if (!rows.every(isPlain)) return null;
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return null;
  const shown = columns.slice(0, MOST_COLUMNS);
  const cell = (value: unknown) =>
    value === undefined ? "" : typeof value === "string" ? value : inspect(value, { depth: 1, breakLength: Infinity });
  const head = shown.map((column) => `<th>${escapeHtml(column)}</th>`).join("");
  const body = rows.map(
    (row, i) => `<tr><th>${i}</th>${shown.map((column) => `<td>${escapeHtml(cell(row[column]))}</td>`).join("")}</tr>`,
  );
  const more = [
    ...(values.length > rows.length ? [`${rows.length} of ${values.length} rows`] : []),
    ...(columns.length > shown.length ? [`${shown.length} of ${columns.length} columns`] : []),
  ];
  const foot = more.length > 0 ? `<div style="opacity:0.75">${more.join(", ")}</div>` : "";
  return `<div><table><thead><tr><th></th>${head}</tr></thead><tbody>${body.join("")}</tbody></table>${foot}</div>`;
}
