import { join } from "node:path";
import { LitDataError } from "../../errors.js";
import { entriesOf } from "../../home.js";
import { BaseAdapter } from "../base-adapter.js";
import type { TickColumns } from "../tick-frame.js";
import { DAY, dayNumber, wallsToInstants } from "../time-zone.js";
import { parseLeanTicks } from "./parse-lean-ticks.js";

/** Where in a LEAN data folder the trades of an instrument lie: `<folder>/<kind>/<market>/<resolution>/<symbol>/`. */
export interface LeanAdapterOptions {
  /** The data folder, which holds `equity/`. */
  readonly folder: string;
  /** The ticker; its case does not matter. */
  readonly symbol: string;
  /** The kind of instrument. Default "equity", the only one so far. */
  readonly kind?: "equity";
  /** Default "usa". */
  readonly market?: string;
  /** Default "tick", the only one so far. */
  readonly resolution?: "tick";
  /** Refuse duplicates, disorder, and prices that are zero or negative. Default false. */
  readonly strict?: boolean;
}

/** LEAN's data time zone by market. */
const ZONES: Readonly<Record<string, string>> = { usa: "America/New_York" };
const LIMITS = { entries: 16, bytes: 4 * 2 ** 30 - 1 };
const FILE = /^(\d{4})(\d{2})(\d{2})_trade\.zip$/;
const PART = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/**
 * Trades from a LEAN data folder: a zipped CSV a date, with the time in ms since midnight in New York, the price in
 * 1/10000 dollar and the size in shares. Format: QuantConnect LEAN, Data/equity/readme.md.
 */
export class LeanAdapter extends BaseAdapter {
  readonly #folder: string;
  #dates: Promise<readonly string[]> | undefined;

  constructor({
    folder,
    symbol,
    kind = "equity",
    market = "usa",
    resolution = "tick",
    strict = false,
  }: LeanAdapterOptions) {
    if (kind !== "equity") throw new LitDataError(`LeanAdapter: kind ${JSON.stringify(kind)}, expected "equity"`);
    if (resolution !== "tick")
      throw new LitDataError(`LeanAdapter: resolution ${JSON.stringify(resolution)}, expected "tick"`);
    const timeZone = ZONES[market];
    if (!Object.hasOwn(ZONES, market) || timeZone === undefined)
      throw new LitDataError(
        `LeanAdapter: market ${JSON.stringify(market)}, expected one of ${Object.keys(ZONES).join(", ")}`,
      );
    const ticker = String(symbol).toLowerCase();
    if (!PART.test(ticker)) throw new LitDataError(`LeanAdapter: ${JSON.stringify(symbol)} is no symbol`);
    super({ timeZone, strict });
    this.#folder = join(folder, kind, market, resolution, ticker);
  }

  protected listDates(): Promise<readonly string[]> {
    this.#dates ??= this.#readFolder().catch((error) => {
      this.#dates = undefined; // what is mended is read the next time
      throw error;
    });
    return this.#dates;
  }

  async #readFolder(): Promise<readonly string[]> {
    const dates: string[] = [];
    for (const { name } of await entriesOf(this.#folder, LitDataError)) {
      const [, year, month, day] = FILE.exec(name) ?? [];
      if (year === undefined) continue;
      const date = `${year}-${month}-${day}`;
      dayNumber(date);
      dates.push(date);
    }
    if (dates.length === 0)
      throw new LitDataError(`${this.#folder}: no trades, expected files such as 20131007_trade.zip`);
    return dates.sort();
  }

  protected async loadDate(date: string): Promise<{ readonly ticks: TickColumns; readonly where: string }> {
    const { withZip } = await import("../../zip.js");
    const path = join(this.#folder, `${date.replaceAll("-", "")}_trade.zip`);
    return withZip(path, LIMITS, LitDataError, async (entries) => {
      const [entry] = [...entries.values()].filter(({ name }) => name.toLowerCase().endsWith(".csv"));
      if (!entry)
        throw new LitDataError(`${path}: no CSV file in it, found ${[...entries.keys()].join(", ") || "nothing"}`);
      const where = `${path}/${entry.name}`;
      const ticks = parseLeanTicks(await entry.read(), dayNumber(date) * DAY, where);
      wallsToInstants(ticks.time, this.timeZone);
      return { ticks, where };
    });
  }
}
