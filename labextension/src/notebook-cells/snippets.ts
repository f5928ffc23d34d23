/** What a cell can be made of. */
export interface VaultTarget {
  readonly kind: "item" | "asset" | "canvas";
  readonly team: string;
  readonly name: string;
}

/**
 * A variable for a target: `itemSpyE1` for the item `spy_e1`. It is the target's own, so that a cell which is put into a
 * notebook changes no variable of other cells.
 */
const variable = (prefix: string, name: string): string =>
  prefix + (name.match(/[A-Za-z0-9]+/g) ?? []).map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");

const SNIPPETS: Readonly<Record<VaultTarget["kind"], (name: string, args: string) => string>> = {
  item: (name, args) => {
    const item = variable("item", name);
    const model = variable("model", name);
    return `import { VaultItem } from "@litlab/sdk";

const ${item} = new VaultItem(${args});
const ${model} = await ${item}.loadModel();
${model};`;
  },
  asset: (name, args) => {
    const asset = variable("asset", name);
    const file = variable("file", name);
    return `import { Asset, display, readSamples } from "@litlab/sdk";

const ${asset} = new Asset(${args});
await display(${asset});
const [${file}] = await ${asset}.files;
await readSamples(${file}.path, await ${asset}.datasets, 0, 3);`;
  },
  canvas: (name, args) => {
    const canvas = variable("canvas", name);
    return `import { Canvas } from "@litlab/sdk";

const ${canvas} = new Canvas(${args});
${canvas};`;
  },
};

/** The TypeScript cell that loads a target and shows it: an item's model, an asset and its first samples, a canvas. */
export const snippetOf = ({ kind, team, name }: VaultTarget): string =>
  SNIPPETS[kind](name, `${JSON.stringify(team)}, ${JSON.stringify(name)}`);
