const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, SVG and attributes: nothing in it is markup; control characters that XML forbids are dropped. */
export const escapeHtml = (text: unknown): string =>
  String(text)
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");

/** A titled table, with a line below it; plain HTML that follows the page's colours. */
export function htmlTable(
  title: string,
  head: readonly string[],
  rows: readonly (readonly unknown[])[],
  foot = "",
): string {
  const isNumeric = head.map((_, column) => rows.every((row) => /^[\d,.]*$/.test(String(row[column]))));
  const cells = (row: readonly unknown[], tag: "th" | "td") => {
    const cell = (text: unknown, column: number) =>
      `<${tag} style="text-align:${isNumeric[column] ? "right" : "left"};padding:2px 8px">${escapeHtml(text)}</${tag}>`;
    return `<tr>${row.map(cell).join("")}</tr>`;
  };
  const caption = `<div style="font-weight:600;margin-bottom:4px">${escapeHtml(title)}</div>`;
  const body = rows.map((row) => cells(row, "td")).join("");
  const header = head.length > 0 ? `<thead>${cells(head, "th")}</thead>` : "";
  const below = foot ? `<div style="opacity:0.75;margin-top:4px">${escapeHtml(foot)}</div>` : "";
  return `<div>${caption}<table>${header}<tbody>${body}</tbody></table>${below}</div>`;
}

/** The same table as text. */
export function textTable(head: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const lines = [...(head.length > 0 ? [head] : []), ...rows].map((row) => row.map(String));
  const widths = lines.reduce<number[]>((most, line) => line.map((cell, i) => Math.max(most[i] ?? 0, cell.length)), []);
  return lines
    .map((line) =>
      line
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
