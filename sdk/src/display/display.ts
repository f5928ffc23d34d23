import { bundleOf } from "./bundle-of.js";
import { publish } from "./tslab.js";

/** Shows a value in the running notebook cell as its rich bundle; outside a notebook prints its text. */
export async function display(value: unknown): Promise<void> {
  const publication = publish(value);
  if (publication) await publication;
  else console.log((await bundleOf(value))["text/plain"]);
}
