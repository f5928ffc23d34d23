import { bundleOf } from "./bundle-of.js";
import { publish } from "./tslab.js";

/** Where a notebook's kernel keeps its own function that shows values. */
const HOST = Symbol.for("Jupyter.display");

/** Shows a value in the running notebook cell as its rich bundle; outside a notebook prints its text. */
export async function display(value: unknown): Promise<void> {
  const host = (globalThis as { [HOST]?: (value: unknown) => Promise<unknown> })[HOST];
  const publication = publish(value) ?? host?.(value);
  if (publication) await publication;
  else console.log((await bundleOf(value))["text/plain"]);
}
