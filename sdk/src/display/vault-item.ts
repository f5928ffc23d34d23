import { findItem, type ModelPort } from "../vault/item-record.js";
import type { VaultItem } from "../vault/vault-item.js";
import { htmlTable, textTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

/** A vault item as a card: what model it is, when it came, and what goes in and out. */
export async function vaultItemBundle(item: VaultItem): Promise<MimeBundle> {
  const record = await findItem(item.team, item.name);
  const text = item.toString();
  if (!record) return { "text/html": htmlTable(text, [], [["", "not in the vault"]]), "text/plain": text };
  const { row, features, labels } = record;
  const port = ({ name, shape }: ModelPort, uses: readonly string[]) =>
    `${name} (${["None", ...shape.map((length) => length ?? "None")].join(", ")})${uses.length > 0 ? `: ${uses.join(", ")}` : ""}`;
  const labelText = (i: number) => {
    const label = labels[i];
    return label ? [label.labelIndex === null ? label.feature : `${label.feature}[${label.labelIndex}]`] : [];
  };
  const rows = [
    ["team", item.team],
    ["model", row.model],
    ["added", row.dateAdded],
    ...(row.value === null ? [] : [["value", row.value]]),
    ...(row.color === null ? [] : [["colour", row.color]]),
    ...(row.project === null ? [] : [["experiment", `${row.project}, run ${row.runid}, epoch ${row.epoch}`]]),
    ...record.inputs.map((input, i) => ["input", port(input, features[i] ?? [])]),
    ...record.outputs.map((output, i) => ["output", port(output, labelText(i))]),
    ...(record.assets === null ? [] : [["assets", record.assets.join(", ")]]),
  ];
  return { "text/html": htmlTable(item.name, [], rows), "text/plain": `${text}\n${textTable([], rows)}` };
}
