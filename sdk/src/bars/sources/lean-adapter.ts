import { join } from "node:path";
import { LitDataError } from "../../errors.js";
import { entriesOf } from "../../home.js";
import { BaseAdapter, type BaseOptions, type LoadedDate } from "../base-adapter.js";
import { addTo, barRuns, type Columns, cutColumns, joinColumns, sortedByDate } from "../date-runs.js";
import { SOURCE_BAR_COLUMNS, type SourceBarColumns, type SourceBars } from "../source-bars.js";
import { DAY, dayNumber, wallsToInstants } from "../time-zone.js";
import { type LeanField, parseLean } from "./parse-lean.js";
import { MARKET_PRICE, SALE_CONDITIONS, type SaleCondition } from "./sale-conditions.js";

/**
 * The kinds of instruments and LEAN's data time zones by market, the default one first
 * (QuantConnect LEAN, Data/market-hours/market-hours-database.json; FXCM's is UTC-05 without daylight saving time).
 */
const MARKETS = {
  equity: { usa: "America/New_York", india: "Asia/Kolkata" },
  crypto: {
    coinbase: "UTC",
    binance: "UTC",
    binanceus: "UTC",
    bitfinex: "UTC",
    bybit: "UTC",
    ftx: "UTC",
    ftxus: "UTC",
    gdax: "UTC",
    kraken: "UTC",
  },
  forex: { oanda: "UTC", fxcm: "Etc/GMT+5", interactivebrokers: "UTC" },
} as const;
export const LEAN_KINDS = ["equity", "crypto", "forex"] as const satisfies (keyof typeof MARKETS)[];

const BARS = {
  tick: null,
  second: { unit: "sec", size: 1 },
  minute: { unit: "min", size: 1 },
  hour: { unit: "hour", size: 1 },
  daily: { unit: "day", size: 1 },
} as const satisfies Record<string, SourceBars | null>;
export const LEAN_RESOLUTIONS = ["tick", "second", "minute", "hour", "daily"] as const satisfies (keyof typeof BARS)[];

export const TICK_TYPES = ["trade", "quote"] as const;

/** Where in a LEAN data folder an instrument's data lie: `<folder>/<kind>/<market>/<resolution>/<symbol>`. */
export interface LeanAdapterOptions extends Omit<BaseOptions, "timeZone"> {
  /** The data folder, which holds `equity/`, `crypto/` and `forex/`. */
  readonly folder: string;
  /** The ticker; its case does not matter. */
  readonly symbol: string;
  /** The kind of instrument. Default "equity". */
  readonly kind?: (typeof LEAN_KINDS)[number];
  /** Default "usa" of equities, "coinbase" of crypto, "oanda" of forex. */
  readonly market?: string;
  /** Default "tick"; the others are bars that LEAN's data hold. */
  readonly resolution?: (typeof LEAN_RESOLUTIONS)[number];
  /** Trades, or quotes as their mid prices. Default "trade"; of forex "quote", which has no others. */
  readonly tickType?: (typeof TICK_TYPES)[number];
  /**
   * Of trade ticks of equities: leave out trades with any of these conditions of sale. "market": those whose price is not
   * the market's at their time. Default: all trades.
   */
  readonly saleConditions?: "market" | { readonly exclude: readonly SaleCondition[] };
  /** Of ticks of equities and crypto: whether those that the vendor flags as suspicious stay. Default true, with `saleConditions` false. */
  readonly suspicious?: boolean;
}

const LIMITS = { entries: 16, bytes: 4 * 2 ** 30 - 1 };
const PART = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const PRICES = ["open", "high", "low", "close"];
/** What prices are divided by. */
const SCALES = { equity: 10_000, crypto: 1, forex: 1 };

/**
 * Trades, quotes or bars from a LEAN data folder: a zipped CSV a date, for hours and days one of all dates. Prices of
 * equities are in 1/10000, times by the market's data clock. Formats: QuantConnect LEAN, Data/<kind>/readme.md.
 *
 * A quote's price is the mid of the latest bid and the latest ask, its size 0; a quote before there are both is none. A
 * bar of quotes is the mid of bid and ask of each of its prices, one of them where the other is missing; its volume is 0.
 */
export class LeanAdapter extends BaseAdapter {
  /** The folder of an instrument's zips, or the zip of all dates. */
  readonly #path: string;
  readonly #tickType: (typeof TICK_TYPES)[number];
  readonly #fields: readonly LeanField[];
  readonly #scale: number;
  readonly #excluded: number;
  #dates: Promise<readonly string[]> | undefined;
  #all: Promise<ReadonlyMap<string, readonly Columns[]>> | undefined;

  constructor({
    folder,
    symbol,
    kind = "equity",
    market,
    resolution = "tick",
    tickType = kind === "forex" ? "quote" : "trade",
    saleConditions,
    suspicious = saleConditions === undefined,
    ...options
  }: LeanAdapterOptions) {
    const check = (name: string, found: unknown, expected: readonly string[], of = "") => {
      if (!expected.includes(found as string))
        throw new LitDataError(
          `LeanAdapter: ${name} ${JSON.stringify(found)}${of}, expected ${expected.length > 1 ? `one of ${expected.join(", ")}` : JSON.stringify(expected[0])}`,
        );
    };
    for (const [name, value] of Object.entries({ folder, symbol }))
      if (typeof value !== "string" || value === "")
        throw new LitDataError(`LeanAdapter: ${name} ${String(JSON.stringify(value))}, expected a text`);
    check("kind", kind, LEAN_KINDS);
    const zones: Readonly<Record<string, string>> = MARKETS[kind];
    const place = market ?? (Object.keys(zones)[0] as string);
    check("market", place, Object.keys(zones), ` of ${kind}`);
    check("resolution", resolution, LEAN_RESOLUTIONS);
    const isLong = resolution === "hour" || resolution === "daily";
    const types = kind === "forex" ? ["quote"] : kind === "equity" && isLong ? ["trade"] : TICK_TYPES;
    check("tickType", tickType, types, ` of ${kind}, ${resolution}`);
    const excluded =
      saleConditions === undefined ? [] : saleConditions === "market" ? MARKET_PRICE : saleConditions?.exclude;
    if (!Array.isArray(excluded))
      throw new LitDataError(
        `LeanAdapter: saleConditions ${JSON.stringify(saleConditions)}, expected "market" or { exclude: […] }`,
      );
    for (const condition of excluded) check("sale condition", condition, Object.keys(SALE_CONDITIONS));
    if (saleConditions !== undefined && !(kind === "equity" && resolution === "tick" && tickType === "trade"))
      throw new LitDataError(
        `LeanAdapter: saleConditions of ${kind}, ${resolution}, ${tickType}, expected trade ticks of an equity, which have them`,
      );
    const ticker = String(symbol).toLowerCase();
    if (!PART.test(ticker)) throw new LitDataError(`LeanAdapter: ${JSON.stringify(symbol)} is no symbol`);
    const sourceBars = BARS[resolution];
    super({ timeZone: zones[place] as string, ...options, ...(sourceBars && { sourceBars }) });
    const name = isLong ? `${ticker}${kind === "crypto" ? `_${tickType}` : ""}.zip` : ticker;
    this.#path = join(folder, kind, place, resolution, name);
    this.#tickType = tickType;
    this.#scale = SCALES[kind];
    this.#excluded = excluded.reduce((mask, condition) => mask | SALE_CONDITIONS[condition as SaleCondition], 0);
    const flags = { hasConditions: excluded.length > 0, isSuspicious: !suspicious && kind !== "forex" };
    this.#fields = sourceBars ? barFields(tickType, SCALES[kind]) : tickFields(kind, tickType, flags);
  }

  protected async listDates(): Promise<readonly string[]> {
    if (this.#isOneFile) return [...(await this.#openAll()).keys()];
    this.#dates ??= this.#readFolder().catch((error) => {
      this.#dates = undefined; // what is mended is read the next time
      throw error;
    });
    return this.#dates;
  }

  protected async loadDate(date: string): Promise<LoadedDate> {
    if (this.#isOneFile)
      return {
        ticks: joinColumns((await this.#openAll()).get(date) ?? [], SOURCE_BAR_COLUMNS) as unknown as SourceBarColumns,
        where: this.#path,
      };
    const path = join(this.#path, `${date.replaceAll("-", "")}_${this.#tickType}.zip`);
    const { columns, where } = await this.#read(path, dayNumber(date) * DAY);
    return { ticks: columns as unknown as LoadedDate["ticks"], where };
  }

  get #isOneFile(): boolean {
    return this.sourceBars?.unit === "hour" || this.sourceBars?.unit === "day";
  }

  async #readFolder(): Promise<readonly string[]> {
    const file = new RegExp(`^(\\d{4})(\\d{2})(\\d{2})_${this.#tickType}\\.zip$`);
    const dates: string[] = [];
    for (const { name } of await entriesOf(this.#path, LitDataError)) {
      const [, year, month, day] = file.exec(name) ?? [];
      if (year === undefined) continue;
      const date = `${year}-${month}-${day}`;
      dayNumber(date);
      dates.push(date);
    }
    if (dates.length === 0)
      throw new LitDataError(
        `${this.#path}: no ${this.#tickType}s, expected files such as 20131007_${this.#tickType}.zip`,
      );
    return dates.sort();
  }

  #openAll(): Promise<ReadonlyMap<string, readonly Columns[]>> {
    this.#all ??= this.#readAll().catch((error) => {
      this.#all = undefined; // what is mended is read the next time
      throw error;
    });
    return this.#all;
  }

  async #readAll(): Promise<ReadonlyMap<string, readonly Columns[]>> {
    const { columns, where } = await this.#read(this.#path, null);
    const dates = new Map<string, Columns[]>();
    for (const run of barRuns(columns.time, this.sourceBars as SourceBars, this.timeZone, where))
      addTo(dates, run.date, cutColumns(columns, run));
    return sortedByDate(dates);
  }

  async #read(path: string, midnight: number | null): Promise<{ readonly columns: Columns; readonly where: string }> {
    const { withZip } = await import("../../zip.js");
    return withZip(path, LIMITS, LitDataError, async (entries) => {
      const [entry] = [...entries.values()].filter(({ name }) => name.toLowerCase().endsWith(".csv"));
      if (!entry)
        throw new LitDataError(`${path}: no CSV file in it, found ${[...entries.keys()].join(", ") || "nothing"}`);
      const where = `${path}/${entry.name}`;
      const lines = parseLean(await entry.read(), this.#fields, midnight, where);
      wallsToInstants(lines.time, this.timeZone);
      const kept = keep(lines, this.#excluded);
      if (this.#tickType === "quote")
        return { columns: (this.sourceBars ? midBars : midTicks)(kept, this.#scale), where };
      return { columns: this.sourceBars ? tradeBars(kept) : kept, where };
    });
  }
}

function tickFields(
  kind: keyof typeof SCALES,
  tickType: string,
  { hasConditions, isSuspicious }: { readonly hasConditions: boolean; readonly isSuspicious: boolean },
): LeanField[] {
  const scale = SCALES[kind];
  const skip = (name: string) => ({ name, type: "skip" }) as const;
  const prices: LeanField[] =
    tickType === "trade"
      ? [
          { name: "price", type: "number", scale },
          { name: "size", type: "number" },
        ]
      : [
          { name: "bid", type: "number" },
          ...(kind === "forex" ? [] : [skip("bid size")]),
          { name: "ask", type: "number" },
          ...(kind === "forex" || !isSuspicious ? [] : [skip("ask size")]),
        ];
  if (!hasConditions && !isSuspicious) return prices;
  const conditions: LeanField = { name: "sale condition", type: hasConditions ? "hex" : "skip" };
  const venue = kind === "equity" ? [skip("exchange"), conditions] : [];
  return [...prices, ...venue, ...(isSuspicious ? [{ name: "suspicious", type: "flag" } as const] : [])];
}

function barFields(tickType: string, scale: number): LeanField[] {
  if (tickType === "trade")
    return [...PRICES.map((name) => ({ name, type: "number", scale }) as const), { name: "volume", type: "number" }];
  return ["bid", "ask"].flatMap((side): LeanField[] => [
    ...PRICES.map((name) => ({ name: `${side} ${name}`, type: "price" }) as const),
    ...(side === "bid" ? [{ name: "bid size", type: "skip" } as const] : []),
  ]);
}

/** The lines without those that have an excluded condition of sale or are flagged as suspicious. */
function keep({ "sale condition": conditions, suspicious, ...columns }: Columns, excluded: number): Columns {
  if (!conditions && !suspicious) return columns as Columns;
  const isKept = (i: number) => !((conditions?.[i] ?? 0) & excluded) && !suspicious?.[i];
  const entries = Object.entries(columns as Columns).map(([name, column]) => [
    name,
    column.filter((_, i) => isKept(i)),
  ]);
  return Object.fromEntries(entries) as Columns;
}

/** The mid of the latest bid and the latest ask, from the first quote on at which there are both; 0 is none. */
function midTicks({ time, bid, ask }: Columns, scale: number): Columns {
  const price = new Float64Array(time.length);
  let [latestBid, latestAsk, first] = [0, 0, 0];
  for (let i = 0; i < price.length; i++) {
    latestBid = bid?.[i] || latestBid;
    latestAsk = ask?.[i] || latestAsk;
    if (latestBid === 0 || latestAsk === 0) first = i + 1;
    price[i] = scaled((latestBid + latestAsk) / 2, scale);
  }
  return { time: time.subarray(first), price: price.subarray(first), size: new Float64Array(price.length - first) };
}

/** The number nearest to a decimal of at most 15 digits. */
const scaled = (price: number, scale: number) => (scale > 1 ? price / scale : Number(price.toPrecision(15)));

const tradeBars = (columns: Columns): Columns => ({ ...columns, tradeCount: unknown(columns.time) });

function midBars(columns: Columns, scale: number): Columns {
  const { time } = columns;
  const mids = PRICES.map((name) => {
    const bid = columns[`bid ${name}`] as Float64Array;
    const ask = columns[`ask ${name}`] as Float64Array;
    const mid = (price: number, i: number) => (price && ask[i] ? (price + ask[i]) / 2 : price || (ask[i] as number));
    return [name, bid.map((price, i) => scaled(mid(price, i), scale))];
  });
  return { ...Object.fromEntries(mids), time, volume: new Float64Array(time.length), tradeCount: unknown(time) };
}

const unknown = ({ length }: Float64Array) => new Float64Array(length).fill(Number.NaN);
