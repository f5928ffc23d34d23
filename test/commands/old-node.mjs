/** Makes a Node look like 18.2 to the commands: its version, and no parseArgs in node:util. */
import { register } from "node:module";

Object.defineProperty(process, "versions", { value: { ...process.versions, node: "18.2.0" } });
const module = (code) => `data:text/javascript,${encodeURIComponent(code)}`;
const util = module('import util from "node:util"; const { parseArgs, ...others } = util; export default others;');
register(
  module(`export const resolve = (specifier, context, next) =>
    specifier === "node:util" && context.parentURL?.startsWith("file:")
      ? { url: ${JSON.stringify(util)}, shortCircuit: true }
      : next(specifier, context);`),
);
