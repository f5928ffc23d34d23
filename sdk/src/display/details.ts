import type { VaultItemDetails } from "../vault/vault-item.js";
import { htmlTable, textTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A vault item's record as a table of keys and values. */
export function detailsBundle(details: VaultItemDetails): MimeBundle {
  const rows = Object.entries(details).map(([key, value]) => [key, cellOf(value)]);
  return { "text/html": htmlTable(`Details of ${details.name}`, [], rows), "text/plain": textTable([], rows) };
}

const cellOf = (value: unknown): string => (Array.isArray(value) ? `[${value.join(", ")}]` : String(value ?? "null"));
