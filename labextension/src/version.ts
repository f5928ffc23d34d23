import manifest from "../package.json";

/** The extension's version. */
export const VERSION = manifest.version;
