/**
 * `npm run schema`: makes of the canvas' JSON Schema its types, its validator and the table of its components.
 * `--check` compares instead of writing.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv";
import standaloneCode from "ajv/dist/standalone/index.js";
import { compile } from "json-schema-to-typescript";
import { Failure, main, ROOT } from "./steps.mjs";

const FOLDER = join(ROOT, "sdk/src/canvas-core");
const MADE = "made of canvas.schema.json by `npm run schema`.";

/** The schema without these keywords, which a reader of it needs and what is made of it does not. */
const without = (schema, ...keywords) =>
  JSON.parse(JSON.stringify(schema, (key, value) => (keywords.includes(key) ? undefined : value)));

async function types(schema) {
  const text = await compile(without(schema, "component", "discriminator", "maxItems"), "CanvasDocument", {
    bannerComment: `/** The canvas' types, ${MADE} */`,
    format: false,
  });
  return text.replaceAll(/settings: \{\s*\}/g, "settings: Record<string, never>");
}

/** The same schema with what every node has checked in one place: the code is a third. */
function shared(schema) {
  const { $defs, ...rest } = without(schema, "$schema", "component", "description", "default");
  const { CanvasNode, ...defs } = $defs;
  const nodes = CanvasNode.oneOf.map(({ $ref }) => $ref.slice("#/$defs/".length));
  const { properties, ...common } = defs[nodes[0]];
  defs.CanvasNode = {
    ...common,
    properties: { ...properties, type: {}, settings: {} },
    discriminator: CanvasNode.discriminator,
    oneOf: nodes.map((name) => {
      const { type, settings } = defs[name].properties;
      delete defs[name];
      return { properties: { type, settings }, required: ["type"] };
    }),
  };
  return { ...rest, $defs: defs };
}

function validator(schema) {
  const ajv = new Ajv.default({
    discriminator: true,
    allowUnionTypes: true,
    inlineRefs: false,
    messages: false,
    code: { source: true, esm: true, lines: true, optimize: 2 },
  });
  const code = standaloneCode.default(ajv, ajv.compile(shared(schema))).replace(/^export default .*$/m, "");
  if (/\brequire\(|^import /m.test(code))
    throw new Failure("the validator needs files of ajv", "see the schema's keywords");
  return `// @ts-nocheck\n/** The canvas' validator, ${MADE} */\n${code}`;
}

function kindOf({ type, enum: choices, items }) {
  if (choices) return "choice";
  const [kind] = [type].flat();
  if (kind === "array") return items.type === "string" ? "names" : "integers";
  return kind === "string" ? "text" : kind;
}

function settingOf([name, setting]) {
  const { description, type, default: value, minimum: least, maximum: most, enum: choices } = setting;
  const nullable = Array.isArray(type) && type.includes("null") ? true : undefined;
  return { name, kind: kindOf(setting), description, default: value, least, most, choices, nullable };
}

function table({ $defs }) {
  const components = $defs.CanvasNode.oneOf.map(({ $ref }) => {
    const { description, component, properties } = $defs[$ref.slice("#/$defs/".length)];
    const { title, category, icon, inputs } = component;
    return {
      type: properties.type.const,
      title,
      category,
      icon,
      description,
      inputs: { least: inputs[0], most: inputs[1] },
      settings: Object.entries(properties.settings.properties).map(settingOf),
    };
  });
  return `/** The canvas' components, ${MADE} */\nexport const TABLE = ${JSON.stringify(components)} as const;\n`;
}

const formatted = (file, text) =>
  execFileSync(process.execPath, ["node_modules/@biomejs/biome/bin/biome", "format", `--stdin-file-path=${file}`], {
    cwd: ROOT,
    input: text,
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });

await main(async () => {
  const schema = JSON.parse(readFileSync(join(FOLDER, "canvas.schema.json"), "utf8"));
  const made = {
    "canvas-document.ts": await types(schema),
    "canvas-validator.ts": validator(schema),
    "component-table.ts": table(schema),
  };
  for (const [name, text] of Object.entries(made)) {
    const file = join(FOLDER, name);
    const whole = name === "canvas-validator.ts" ? text : formatted(file, text);
    if (!process.argv.includes("--check")) writeFileSync(file, whole);
    else if (readFileSync(file, "utf8") !== whole)
      throw new Failure(`${file} is not what canvas.schema.json makes`, "npm run schema");
  }
});
