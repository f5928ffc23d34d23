/** The bar of trades by its definition: a value of each of BAR_COLUMNS. */
export function naiveBar(prices: readonly number[], sizes: readonly number[]): number[] {
  const sum = sizes.reduce((a, b) => a + b, 0);
  const [open = 0, close = 0] = [prices[0], prices.at(-1)];
  return [
    open,
    Math.max(...prices),
    Math.min(...prices),
    close,
    sizes.length,
    sum,
    sum / sizes.length,
    Math.max(...sizes),
  ];
}
