/** What a source holds that has bars instead of trades. */
export interface SourceBars {
  readonly unit: "sec" | "min" | "hour" | "day";
  /** Units a bar; of day bars 1. */
  readonly size: number;
  /** What a bar's stamp is in the source: the start of its bin, or its end. Default "start". */
  readonly stamp?: "start" | "end";
}

/** The bars of a source, a row a bar. */
export interface SourceBarColumns {
  /** The start of each bar's bin, µs since the epoch, UTC; of day bars the date's midnight in the adapter's zone. */
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** Shares, contracts or coins; NaN where the source does not say. */
  readonly volume: Float64Array;
  /** Trades; NaN where the source does not say. */
  readonly tradeCount: Float64Array;
}

/** The columns of a source's bars. */
export const SOURCE_BAR_COLUMNS = ["time", "open", "high", "low", "close", "volume", "tradeCount"] as const;
