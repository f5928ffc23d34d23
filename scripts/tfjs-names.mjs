/** `npm run tfjs-names`: writes the names that sdk/tfjs takes from TensorFlow.js, after a change of its version. */
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { ROOT } from "./steps.mjs";

const require = createRequire(join(ROOT, "sdk/package.json"));
for (const part of ["core", "layers"]) {
  const name = `@tensorflow/tfjs-${part}`;
  const names = Object.keys(require(name)).sort();
  const text = `/**
 * ${name} as an ES module, made by \`npm run tfjs-names\`.
 * It is CommonJS: to import it, Node reads a megabyte of source for its names, which takes twice as long as running it.
 */
import { createRequire } from "node:module";

export const {
  ${names.join(",\n  ")},
} = createRequire(import.meta.url)("${name}");
`;
  writeFileSync(join(ROOT, `sdk/tfjs/${part}.js`), text);
  writeFileSync(join(ROOT, `sdk/tfjs/${part}.d.ts`), `export * from "${name}";\n`);
}
