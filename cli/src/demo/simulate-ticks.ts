import { randomExponential, randomLcg, randomLogNormal, randomNormal, randomPoisson } from "d3-random";

/** Simulated trades of one date: ms since midnight in New York, cents, shares. */
export interface SimulatedDay {
  readonly date: string;
  readonly time: readonly number[];
  readonly cents: readonly number[];
  readonly size: readonly number[];
}

/** The 20 trading dates of the simulation; the clock changes on 10 March. */
export const DATES: readonly string[] = [1, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 18, 19, 20, 21, 22, 25, 26, 27, 28].map(
  (day) => `2024-03-${String(day).padStart(2, "0")}`,
);

const OPEN = 34_200;
const CLOSE = 57_600;
/** Quiet trades a second, at the lowest of the day's activity. */
const QUIET_RATE = 0.25;
/** A burst dies away within this many seconds. */
const BURST_SECONDS = 20;
/** The price's volatility a second at the lowest of the day's activity. */
const VOLATILITY = 0.000025;
/** A trend lasts about this many seconds. */
const TREND_SECONDS = 2400;
const TREND_VOLATILITY = 2e-8;

/** How active trading is: a U over the session, 1 at its lowest, 4 at open and close. */
const activity = (second: number): number => 1 + 3 * ((2 * (second - OPEN)) / (CLOSE - OPEN) - 1) ** 4;

/**
 * Simulates trades of a symbol, the same for the same seed: a price on a 0.01 grid that diffuses with slow trends and
 * jumps overnight, trades that come in bursts, more of them near the open and the close, and an auction at each end.
 */
export function* simulateTicks(seed: number): Generator<SimulatedDay> {
  const source = randomLcg(seed / 2 ** 32);
  const normal = randomNormal.source(source)();
  const exponential = randomExponential.source(source)(1);
  const lots = randomLogNormal.source(source)(0.4, 0.9);
  const poisson = randomPoisson.source(source);
  let price = Math.log(100);
  let trend = 0;
  for (const date of DATES) {
    const time: number[] = [];
    const cents: number[] = [];
    const size: number[] = [];
    const trade = (ms: number, offset: number, shares: number) => {
      time.push(ms);
      cents.push(Math.round(100 * Math.exp(price) + offset));
      size.push(shares);
    };
    const auction = (second: number, shares: number) =>
      trade(second * 1000 + Math.floor(source() * 400), 0, 100 * Math.round(shares * Math.exp(0.3 * normal())));
    price += 0.004 * normal();
    let burst = 0;
    auction(OPEN, 2500);
    for (let second = OPEN + 1; second < CLOSE; second++) {
      const active = activity(second);
      const excited = 1 + burst;
      trend += -trend / TREND_SECONDS + TREND_VOLATILITY * normal();
      price += trend + VOLATILITY * Math.sqrt(active * excited) * normal();
      const count = poisson(QUIET_RATE * active * excited)();
      const moments = Array.from({ length: count }, () => Math.floor(source() * 1000)).sort((a, b) => a - b);
      for (const moment of moments) {
        const side = source() < 0.5 ? -0.5 : 0.5;
        const shares = source() < 0.3 ? 1 + Math.floor(source() * 99) : 100 * Math.max(1, Math.round(lots()));
        trade(second * 1000 + moment, side, shares);
      }
      burst *= 1 - 1 / BURST_SECONDS;
      if (source() < 0.003 * active) burst += 6 * exponential();
    }
    auction(CLOSE, 6000);
    yield { date, time, cents, size };
  }
}
