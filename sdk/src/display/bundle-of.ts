import { inspect } from "node:util";
import type { MimeBundle } from "./mime-bundle.js";

const DISPLAY = Symbol.for("Jupyter.display");

type Displayable = { readonly [DISPLAY]: () => MimeBundle | Promise<MimeBundle> };

/** Whether a value says itself how a notebook shows it. */
export const isDisplayable = (value: unknown): value is Displayable =>
  typeof value === "object" && value !== null && typeof (value as Partial<Displayable>)[DISPLAY] === "function";

/** Whether a value is a list of such values, which is shown as their cards below each other. */
export const isDisplayableList = (value: unknown): value is readonly Displayable[] =>
  Array.isArray(value) && value.length > 0 && value.every(isDisplayable);

/** What a notebook shows of any value: its own bundle, a list's bundles together, else its text. */
export async function bundleOf(value: unknown): Promise<MimeBundle> {
  const text = () => (typeof value === "string" ? value : inspect(value));
  if (isDisplayable(value)) return { "text/plain": text(), ...(await value[DISPLAY]()) };
  if (!isDisplayableList(value)) return { "text/plain": text() };
  const bundles = await Promise.all(value.slice(0, 50).map((entry) => entry[DISPLAY]()));
  const html = bundles.map((bundle) => bundle["text/html"]).filter((part) => typeof part === "string");
  return html.length === bundles.length
    ? { "text/plain": text(), "text/html": html.join("\n") }
    : { "text/plain": text() };
}
