import type { Page } from "playwright-core";

/** Texts by the English ones. */
export type Translations = Readonly<Record<string, string>>;

/** Has JupyterLab's server send a German language pack of Lit Lab's. Before the page opens. */
export async function translate(page: Page, translations: Translations): Promise<void> {
  if (Object.keys(translations).length === 0) return;
  const pack = Object.fromEntries(Object.entries(translations).map(([text, other]) => [text, [other]]));
  const about = { domain: "litlab", language: "de", plural_forms: "nplurals=2; plural=(n != 1);" };
  await page.route(/\/api\/translations\/./, (route) =>
    route.fulfill({ json: { data: { litlab: { "": about, ...pack } }, message: "" } }),
  );
}
