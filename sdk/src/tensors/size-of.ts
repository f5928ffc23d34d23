/** How many values a tensor of a shape holds; null if an axis is open. */
export function sizeOf(shape: readonly number[]): number;
export function sizeOf(shape: readonly (number | null)[]): number | null;
export function sizeOf(shape: readonly (number | null)[]): number | null {
  return shape.reduce((size, length) => (size === null || length === null ? null : size * length), 1);
}
