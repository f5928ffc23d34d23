import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import type { Locator, Page } from "playwright-core";
import { PNG } from "pngjs";
import { ROOT } from "../python.js";

const PICTURES = join(import.meta.dirname, "pictures");

/** The document or model that is in front, as CSS. */
export const VIEWER = ".lm-DockPanel-widget:not(.lm-mod-hidden) .litlab-Viewer";

/** Opens a file as a person does, by a double click in the file browser. */
export async function openFile(page: Page, name: string): Promise<Locator> {
  await page.getByRole("listitem", { name: new RegExp(`^Name: ${name.replaceAll(".", "\\.")}`) }).dblclick();
  await page.getByRole("main").getByRole("tab", { name, selected: true }).waitFor();
  return shown(page);
}

/** The document or model that is seen. */
export const shown = (page: Page): Locator => page.locator(".litlab-Viewer:visible");

export const nodeOf = (viewer: Locator, name: string): Locator => viewer.getByRole("button", { name, exact: true });

/** What the element with the focus is called. */
export const focusedLabel = (page: Page): Promise<string | null> =>
  page.evaluate(`document.activeElement?.getAttribute("aria-label") ?? null`);

/**
 * How large a share of a picture's pixels differs from its reference in pictures/; the page's is put into .cache/, so that it
 * can be looked at and take the reference's place. Fonts differ a little from machine to machine.
 */
export async function difference(element: Locator, name: string): Promise<number> {
  const picture = await element.screenshot({ animations: "disabled" });
  writeFileSync(join(ROOT, `.cache/viewer-picture-${name}.png`), picture);
  const [now, reference] = [PNG.sync.read(picture), PNG.sync.read(readFileSync(join(PICTURES, `${name}.png`)))];
  const { width, height } = reference;
  if (now.width !== width || now.height !== height) return 1;
  return pixelmatch(now.data, reference.data, undefined, width, height, { threshold: 0.2 }) / (width * height);
}
