/** Jupyter counts a cursor's position in Unicode characters, JavaScript in UTF-16 units. */
export function unitsOf(code: string, characters: number): number {
  let units = 0;
  for (let count = 0; count < characters && units < code.length; count++)
    units += (code.codePointAt(units) ?? 0) > 0xffff ? 2 : 1;
  return units;
}

export const charactersOf = (code: string, units: number): number => [...code.slice(0, units)].length;
