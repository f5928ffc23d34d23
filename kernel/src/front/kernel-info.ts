import { PROTOCOL_VERSION } from "../protocol/messages.js";
import { KERNEL_VERSION, TYPESCRIPT_VERSION } from "../versions.js";

/** What the kernel says of itself. @param device what will compute; null: the best one, which is found at first use */
export const kernelInfo = (device: string | null): object => ({
  protocol_version: PROTOCOL_VERSION,
  implementation: "litlab",
  implementation_version: KERNEL_VERSION,
  banner: `TypeScript (Lit Lab) ${KERNEL_VERSION}: TypeScript ${TYPESCRIPT_VERSION} on Node ${process.versions.node}; ${device === null ? "the best device is found at its first use" : `device ${device}`}`,
  language_info: {
    name: "typescript",
    version: TYPESCRIPT_VERSION,
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
