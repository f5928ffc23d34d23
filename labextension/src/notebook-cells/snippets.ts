/** What a cell can be made of. */
export interface VaultTarget {
  readonly kind: "item" | "asset" | "canvas";
  readonly team: string;
  readonly name: string;
}

const CLASSES: Readonly<Record<VaultTarget["kind"], string>> = { item: "VaultItem", asset: "Asset", canvas: "Canvas" };

/** @param variable the name of a variable of this kind, @param made the expression that makes the target */
type Snippet = (variable: (kind: string) => string, made: string) => string;

const SNIPPETS: Readonly<Record<VaultTarget["kind"], Snippet>> = {
  item: (variable, made) => `import { VaultItem } from "@litlab/sdk";

const ${variable("item")} = ${made};
const ${variable("model")} = await ${variable("item")}.loadModel();
${variable("model")};`,
  asset: (variable, made) => `import { Asset, display, readSamples } from "@litlab/sdk";

const ${variable("asset")} = ${made};
await display(${variable("asset")});
const [${variable("file")}] = await ${variable("asset")}.files;
await readSamples(${variable("file")}.path, await ${variable("asset")}.datasets, 0, 3);`,
  canvas: (variable, made) => `import { Canvas } from "@litlab/sdk";

const ${variable("canvas")} = ${made};
${variable("canvas")};`,
};

/**
 * The TypeScript cell that loads a target and shows it: an item's model, an asset and its first samples, a canvas. Its
 * variables are the target's own, `itemSpyE1` for the item `spy_e1`, so that it changes none of other cells: where these use
 * the name for something else, as for an item `spy-e1` or one of another team, it is numbered.
 * @param sources the notebook's cells
 */
export function snippetOf({ kind, team, name }: VaultTarget, sources: readonly string[] = []): string {
  const made = `new ${CLASSES[kind]}(${JSON.stringify(team)}, ${JSON.stringify(name)})`;
  const words = (name.match(/[A-Za-z0-9]+/g) ?? [])
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
  for (let number = 1; ; number++) {
    const names = new Set<string>();
    const variable = (kind: string): string => {
      const variable = `${kind}${words}${number > 1 ? `_${number}` : ""}`;
      names.add(variable);
      return variable;
    };
    const snippet = SNIPPETS[kind](variable, made);
    const isIn = (source: string) => [...names].some((name) => new RegExp(`\\b${name}\\b`).test(source));
    const declaration = `const ${variable(kind)} = ${made};`;
    if (sources.some((source) => source.includes(declaration)) || !sources.some(isIn)) return snippet;
  }
}
