import { LitDataError } from "../../errors.js";
import { identifier, quoted, type Scanner } from "./duckdb.js";
import { TIME_UNITS, type TimeUnit } from "./time-units.js";

/** Times as SQL: µs as DOUBLE, of the source's clock (`isWall`) or since the epoch. */
export interface Times {
  readonly sql: string;
  readonly isWall: boolean;
}

interface Format {
  readonly timeUnit?: TimeUnit;
  readonly timeFormat?: string;
}

const FACTORS: Readonly<Record<Exclude<TimeUnit, "ns">, number>> = { s: 1_000_000, ms: 1000, us: 1 };
const NUMBER = "^[+-]?[0-9]+([.][0-9]*)?$";
/** A text that ends with a time and an offset from UTC. */
const OFFSET = "[T ][0-9:.]+ ?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)$";

/** Times that are numbers in SQL. Whole numbers and decimals are exact and cut below a µs, others are rounded to one. */
export function numberTimes(sql: string, unit: TimeUnit, kind: "whole" | "decimal" | "double"): Times {
  if (kind === "whole") return { sql: wholeTimes(sql, unit), isWall: false };
  if (unit !== "ns")
    return { sql: `${kind === "decimal" ? "floor" : "round"}(${sql} * ${FACTORS[unit]})`, isWall: false };
  return { sql: kind === "decimal" ? wholeTimes(`floor(${sql})`, unit) : `floor(${sql} / 1000)`, isWall: false };
}

/** Whole numbers; a division in SQL is one of float64, or cuts towards 0. */
function wholeTimes(sql: string, unit: TimeUnit): string {
  const whole = `${sql}::HUGEINT`;
  return unit === "ns" ? `((${whole} - (${whole} % 1000 + 1000) % 1000) // 1000)` : `(${whole} * ${FACTORS[unit]})`;
}

/** Times in a table's column of texts. The first of them says whether they name a zone; where others do not agree, the query fails. */
export async function textTimes(
  scanner: Scanner,
  table: string,
  name: string,
  { timeUnit, timeFormat }: Format,
): Promise<Times> {
  const column = identifier(name);
  if (timeUnit !== undefined) {
    const part = (number: 1 | 2) => `split_part(${column}, '.', ${number})`;
    const digits = Math.log10(timeUnit === "ns" ? 1 : FACTORS[timeUnit]);
    const fraction = digits > 0 ? ` + rpad(left(${part(2)}, ${digits}), ${digits}, '0')::HUGEINT` : "";
    const { sql: others } = numberTimes(`${column}::DECIMAL(38, 9)`, timeUnit, "decimal");
    // To read a text as a decimal takes twenty times as long.
    const cases = [
      `WHEN regexp_full_match(${column}, '[+-]?[0-9]{1,30}') THEN (${wholeTimes(column, timeUnit)})::DOUBLE`,
      `WHEN regexp_full_match(${column}, '[0-9]{1,30}[.][0-9]+') THEN (${wholeTimes(part(1), timeUnit)}${fraction})::DOUBLE`,
    ];
    return { sql: `CASE ${cases.join(" ")} ELSE (${others})::DOUBLE END`, isWall: false };
  }
  if (timeFormat !== undefined)
    return { sql: `epoch_us(strptime(${column}, ${quoted(timeFormat)}))`, isWall: !timeFormat.includes("%z") };
  const asks = [OFFSET, NUMBER].map((pattern) => `regexp_matches(${column}, ${quoted(pattern)})`);
  const [first] = await scanner.rows(`SELECT ${asks.join(", ")} FROM ${table} WHERE ${column} IS NOT NULL LIMIT 1`);
  if (first?.[1] === "true")
    throw new LitDataError(
      `${scanner.where}: column ${JSON.stringify(name)} holds numbers, expected a timeUnit for them, one of ${TIME_UNITS.join(", ")}`,
    );
  const isWall = first?.[0] !== "true";
  const mixed = quoted(`column ${name}: some times name a zone, others do not: `);
  const checked = `CASE WHEN regexp_matches(${column}, ${quoted(OFFSET)}) = ${!isWall} THEN ${column} WHEN ${column} IS NULL THEN NULL ELSE error(${mixed} || ${column}) END`;
  return { sql: `epoch_us((${checked})::${isWall ? "TIMESTAMP" : "TIMESTAMPTZ"})`, isWall };
}

const TABLE = "texts";
/** Texts that are read at once. */
const BLOCK = 2 ** 17;

/** Texts, null where there is none. */
interface Texts {
  readonly length: number;
  get(i: number): string | null;
}

/** Reads texts as times, batch by batch; the first one says whether all name a zone. */
export function textTimesReader(scanner: Scanner, format: Format) {
  let times: Times | undefined;
  return async (name: string, texts: Texts) => {
    const values = new Float64Array(texts.length);
    for (let from = 0; from < values.length; from += BLOCK) {
      const length = Math.min(BLOCK, values.length - from);
      const block = Array.from({ length }, (_, i) => texts.get(from + i));
      await scanner.fillTexts(TABLE, name, block);
      times ??= await textTimes(scanner, TABLE, name, format);
      const sql = `SELECT coalesce((${times.sql})::DOUBLE, 'nan'::DOUBLE) FROM ${TABLE}`;
      let at = from;
      for await (const { time } of scanner.columns(sql, ["time"])) {
        values.set(time, at);
        at += time.length;
      }
    }
    return { values, isWall: times?.isWall ?? false };
  };
}
