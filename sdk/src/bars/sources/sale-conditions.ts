/** LEAN's TradeConditionFlags (Common/Data/Auxiliary): conditions of a sale that ticks of US equities carry. */
export const SALE_CONDITIONS = {
  regular: 0x1,
  cash: 0x2,
  nextDay: 0x4,
  seller: 0x8,
  yellowFlag: 0x10,
  intermarketSweep: 0x20,
  openingPrints: 0x40,
  closingPrints: 0x80,
  reOpeningPrints: 0x100,
  derivativelyPriced: 0x200,
  formT: 0x400,
  sold: 0x800,
  stopped: 0x1000,
  extendedHours: 0x2000,
  outOfSequence: 0x4000,
  split: 0x8000,
  acquisition: 0x10000,
  bunched: 0x20000,
  stockOption: 0x40000,
  distribution: 0x80000,
  averagePrice: 0x100000,
  cross: 0x200000,
  priceVariation: 0x400000,
  rule155: 0x800000,
  officialClose: 0x1000000,
  priorReferencePrice: 0x2000000,
  officialOpen: 0x4000000,
  capElection: 0x8000000,
  autoExecution: 0x10000000,
  tradeThroughExempt: 0x20000000,
  undocumentedFlag: 0x40000000,
  oddLot: 0x80000000,
} as const;

export type SaleCondition = keyof typeof SALE_CONDITIONS;

/** Trades whose price is not the market's at their time: what is left agrees best with the vendor's bars. */
export const MARKET_PRICE: readonly SaleCondition[] = [
  "averagePrice",
  "derivativelyPriced",
  "officialOpen",
  "officialClose",
];
