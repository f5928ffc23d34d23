import { basename } from "node:path";
import type { Asset } from "../assets/asset.js";
import { htmlTable, textTable } from "./html.js";
import type { MimeBundle } from "./mime-bundle.js";

/** An asset as a card: its datasets with shapes and columns, and its files with their samples. */
export async function assetBundle(asset: Asset): Promise<MimeBundle> {
  const [datasets, files] = await Promise.all([asset.describe(), asset.files]);
  const shapes = datasets.map(({ name, shape, columns }) => [name, `[${shape.join(", ")}]`, columns?.join(", ") ?? ""]);
  const lengths = files.map(({ path, split, length }) => [basename(path), split, length.toLocaleString("en-US")]);
  const total = `${files.reduce((sum, { length }) => sum + length, 0).toLocaleString("en-US")} samples`;
  const datasetHead = ["Dataset", "Sample", "Columns"];
  const fileHead = ["File", "Split", "Samples"];
  return {
    "text/html": htmlTable(`Asset ${asset.name}`, datasetHead, shapes) + htmlTable("", fileHead, lengths, total),
    "text/plain": `${asset}\n${textTable(datasetHead, shapes)}\n\n${textTable(fileHead, lengths)}\n${total}`,
  };
}
