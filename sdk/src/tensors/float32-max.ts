/** The largest finite float32. */
export const FLOAT32_MAX = 3.4028234663852886e38;
