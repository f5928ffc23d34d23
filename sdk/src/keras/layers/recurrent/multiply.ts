/** out [m, n] = a [m, k] · b [k, n], row-major, summed in float64. */
export function multiply(a: Float32Array, b: Float32Array, out: Float32Array, m: number, k: number, n: number): void {
  if (m < 8) multiplyRows(a, b, out, m, k, n);
  else multiplyTiles(a, b, out, m, k, n);
}

type Values = { [i: number]: number };

/** A row at a time: b is read once a row, which suits few rows. */
function multiplyRows(a: Values, b: Values, out: Float32Array, m: number, k: number, n: number): void {
  const sums = new Float64Array(n);
  const total: Values = sums;
  const whole = k - (k % 4);
  for (let row = 0; row < m; row++) {
    sums.fill(0);
    for (let p = 0; p < whole; p += 4) {
      const at = row * k + p;
      const [a0, a1, a2, a3] = [a[at], a[at + 1], a[at + 2], a[at + 3]] as [number, number, number, number];
      const [b0, b1, b2, b3] = [p * n, p * n + n, p * n + 2 * n, p * n + 3 * n] as const;
      for (let j = 0; j < n; j++)
        (total[j] as number) +=
          a0 * (b[b0 + j] as number) +
          a1 * (b[b1 + j] as number) +
          a2 * (b[b2 + j] as number) +
          a3 * (b[b3 + j] as number);
    }
    for (let p = whole; p < k; p++) {
      const factor = a[row * k + p] as number;
      for (let j = 0; j < n; j++) (total[j] as number) += factor * (b[p * n + j] as number);
    }
    out.set(sums, row * n);
  }
}

/** Tiles of 2 rows and 4 columns stay in registers; the 4 columns of b are packed. */
function multiplyTiles(a: Values, b: Values, out: Values, m: number, k: number, n: number): void {
  const panel: Values = new Float64Array(4 * k);
  for (let column = 0; column < n; column += 4) {
    const width = Math.min(4, n - column);
    for (let p = 0; p < k; p++)
      for (let j = 0; j < 4; j++) panel[4 * p + j] = j < width ? (b[p * n + column + j] as number) : 0;
    for (let row = 0; row < m; row += 2) {
      // An odd last row is computed twice.
      const next = Math.min(row + 1, m - 1);
      let [s0, s1, s2, s3, t0, t1, t2, t3] = [0, 0, 0, 0, 0, 0, 0, 0];
      for (let p = 0; p < k; p++) {
        const x = a[row * k + p] as number;
        const y = a[next * k + p] as number;
        const b0 = panel[4 * p] as number;
        const b1 = panel[4 * p + 1] as number;
        const b2 = panel[4 * p + 2] as number;
        const b3 = panel[4 * p + 3] as number;
        s0 += x * b0;
        s1 += x * b1;
        s2 += x * b2;
        s3 += x * b3;
        t0 += y * b0;
        t1 += y * b1;
        t2 += y * b2;
        t3 += y * b3;
      }
      const [first, second] = [row * n + column, next * n + column];
      out[first] = s0;
      out[second] = t0;
      if (width > 1) {
        out[first + 1] = s1;
        out[second + 1] = t1;
      }
      if (width > 2) {
        out[first + 2] = s2;
        out[second + 2] = t2;
      }
      if (width > 3) {
        out[first + 3] = s3;
        out[second + 3] = t3;
      }
    }
  }
}
