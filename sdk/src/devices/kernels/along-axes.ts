/** What a window has along each of so many axes: a number stands for all of them. */
export const alongAxes = (value: number | readonly number[], axes: number): readonly number[] =>
  typeof value === "number" ? Array(axes).fill(value) : value;
