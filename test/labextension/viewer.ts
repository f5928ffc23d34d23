import type { Locator, Page } from "playwright-core";

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
