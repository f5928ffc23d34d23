import { createRequire } from "node:module";

interface Manifest {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const { version, dependencies } = createRequire(import.meta.url)("../package.json") as Manifest;

/** The kernel's version. */
export const KERNEL_VERSION = version;

/** The version of the compiler that checks cells: it is installed under an alias, `npm:typescript@7.0.2`. */
export const TYPESCRIPT_VERSION = dependencies.typescript7?.split("@").at(-1) ?? "";
