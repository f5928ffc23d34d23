import { createRequire } from "node:module";
import { PROTOCOL_VERSION } from "../protocol/messages.js";

const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };
const TYPESCRIPT = "7.0.2";

/** What the kernel says of itself. */
export const kernelInfo = (): object => ({
  protocol_version: PROTOCOL_VERSION,
  implementation: "litlab",
  implementation_version: version,
  banner: `TypeScript (Lit Lab) ${version}: TypeScript ${TYPESCRIPT} on Node ${process.versions.node}`,
  language_info: {
    name: "typescript",
    version: TYPESCRIPT,
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    codemirror_mode: { name: "javascript", typescript: true },
    nbconvert_exporter: "script",
  },
  help_links: [
    { text: "TypeScript", url: "https://www.typescriptlang.org/docs/" },
    { text: "Node.js", url: "https://nodejs.org/docs/latest/api/" },
  ],
  debugger: false,
  supported_features: [],
});
