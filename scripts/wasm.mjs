/** `npm run wasm`: makes NAME.wasm.ts of each NAME.wat of the SDK. `--check` compares instead of writing. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import wabt from "wabt";
import { Failure, main, ROOT } from "./steps.mjs";

await main(async () => {
  const { parseWat } = await wabt();
  const source = join(ROOT, "sdk/src");
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith(".wat"));
  for (const path of files.map((name) => join(source, name))) {
    const module = parseWat(path, readFileSync(path, "utf8"), { simd: true });
    const bytes = Buffer.from(module.toBinary({}).buffer).toString("base64");
    const text = `/** ${basename(path)}, made by \`npm run wasm\`. */\nexport const WASM =\n  "${bytes}";\n`;
    const file = path.replace(/\.wat$/, ".wasm.ts");
    if (!process.argv.includes("--check")) writeFileSync(file, text);
    else if (readFileSync(file, "utf8") !== text)
      throw new Failure(`${file} is not what ${path} makes`, "npm run wasm");
  }
});
