const SHOWN = 10;

/** A table as text, in pandas' form: the first and last five rows of more than ten, then its size. */
export function formatTable(
  columns: readonly string[],
  length: number,
  values: readonly ((row: number) => string | number | undefined)[],
): string {
  const all = Array.from({ length: Math.min(length, SHOWN) }, (_, i) => i);
  const rows =
    length <= SHOWN ? all : [...all.slice(0, SHOWN / 2), -1, ...all.slice(SHOWN / 2).map((i) => length - SHOWN + i)];
  const cells = rows.map((row) => [
    row < 0 ? "…" : String(row),
    ...values.map((value) => (row < 0 ? "…" : formatCell(value(row)))),
  ]);
  const table = [["", ...columns], ...cells];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? [];
  const text = table.map((line) => line.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  "));
  return `${text.join("\n")}\n\n[${length} rows x ${columns.length} columns]`;
}

/** A number with at most six decimals, as people read it. */
export const formatCell = (value: string | number | undefined): string =>
  typeof value === "number" ? String(Number(value.toFixed(6))) : (value ?? "");
