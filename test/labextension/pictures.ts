import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import type { Locator } from "playwright-core";
import { PNG } from "pngjs";
import { expect } from "vitest";
import { ROOT } from "../python.js";

const PICTURES = join(import.meta.dirname, "pictures");
/** Fonts differ from machine to machine: nothing that is written is in the pictures. */
const NO_TEXT = `*, *::placeholder { color: transparent !important }
text { fill: transparent !important; stroke: transparent !important }`;
/**
 * How much may differ, as a share of what is drawn. Measured: another font 0.4 % at the most, through the places that follow
 * from a text's width; a graph without its edges 4 %, without its icons 3 %, a list without its selection 4 %.
 */
const TOLERANCE = 0.015;

/** A picture of half its size, which has no thin lines that lie a pixel's part elsewhere. */
function half({ width, height, data }: PNG): PNG {
  const small = new PNG({ width: width >> 1, height: height >> 1 });
  for (let y = 0; y < small.height; y++)
    for (let x = 0; x < small.width; x++)
      for (let channel = 0; channel < 4; channel++) {
        const at = (row: number, column: number) =>
          data[4 * ((2 * y + row) * width + 2 * x + column) + channel] as number;
        small.data[4 * (y * small.width + x) + channel] = (at(0, 0) + at(0, 1) + at(1, 0) + at(1, 1) + 2) >> 2;
      }
  return small;
}

/** How many pixels have another colour than the most. */
function drawn({ data }: PNG): number {
  const counts = new Map<number, number>();
  const colours = new Uint32Array(data.buffer, data.byteOffset, data.length / 4);
  for (const colour of colours) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  return colours.length - Math.max(...counts.values());
}

/**
 * That an element looks as in pictures/NAME.png, but for what is written. What it looks like is put into .cache/, with
 * `-difference` what is another. `LIT_PICTURES=update` makes it the one to look like.
 * @param hidden parts that are never alike, which are painted over
 */
export async function expectPicture(element: Locator, name: string, hidden: readonly Locator[] = []): Promise<void> {
  const painted = { animations: "disabled" as const, mask: [...hidden], maskColor: "#888" };
  writeFileSync(join(ROOT, `.cache/picture-${name}.png`), await element.screenshot(painted));
  const now = half(PNG.sync.read(await element.screenshot({ ...painted, style: NO_TEXT })));
  const file = join(PICTURES, `${name}.png`);
  if (process.env.LIT_PICTURES === "update")
    writeFileSync(file, PNG.sync.write(now, { colorType: 2, deflateLevel: 9 }));
  const reference = PNG.sync.read(readFileSync(file));
  const { width, height } = reference;
  expect([now.width, now.height], `the size of ${name}`).toEqual([width, height]);
  const difference = new PNG({ width, height });
  const finely = { threshold: 0.03, includeAA: true };
  const count = pixelmatch(now.data, reference.data, difference.data, width, height, finely);
  writeFileSync(join(ROOT, `.cache/picture-${name}-difference.png`), PNG.sync.write(difference));
  expect(count / drawn(reference), `the share of ${name} that differs`).toBeLessThanOrEqual(TOLERANCE);
}
