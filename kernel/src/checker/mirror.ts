import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isAlive } from "../is-alive.js";

const require = createRequire(import.meta.url);

/** The kernel's own packages can be used from any folder. */
const LITLAB = (require.resolve.paths("@litlab/sdk") ?? [])
  .map((folder) => join(folder, "@litlab"))
  .find((folder) => existsSync(folder));

/**
 * Where the checker's documents lie: a temporary folder that stands for the notebook's. Each `node_modules` on the way up
 * is linked, so packages resolve as they do from the notebook, and `rootDirs` lets relative imports find its files.
 */
export class Mirror {
  readonly folder: string;
  readonly config: string;
  readonly history: string;
  readonly cell: string;
  readonly #root = mkdtempSync(join(tmpdir(), `litlab-kernel-${process.pid}-`));
  readonly #notebook: string;

  constructor(notebook: string) {
    this.#notebook = notebook;
    this.folder = join(this.#root, notebook);
    this.config = join(this.folder, "tsconfig.json");
    this.history = join(this.folder, "__history.ts");
    this.cell = join(this.folder, "__cell.ts");
    removeOrphans();
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(this.config, JSON.stringify(this.#compilerConfig()));
    this.write("export {};", "export {};");
    this.linkPackages();
  }

  write(history: string | null, cell: string): void {
    if (history !== null) writeFileSync(this.history, history);
    writeFileSync(this.cell, cell);
  }

  /** Links the `node_modules` folders that are there by now. @returns whether there were new ones */
  linkPackages(): boolean {
    let isNew = false;
    for (let folder = this.#notebook; ; folder = dirname(folder)) {
      const packages = join(folder, "node_modules");
      const link = join(this.#root, packages);
      if (existsSync(packages) && !existsSync(link)) {
        mkdirSync(dirname(link), { recursive: true });
        symlinkSync(packages, link);
        isNew = true;
      }
      if (folder === dirname(folder)) break;
    }
    const own = join(this.#root, "node_modules");
    if (!existsSync(own)) {
      mkdirSync(own);
      if (LITLAB) symlinkSync(LITLAB, join(own, "@litlab"));
    }
    return isNew;
  }

  remove(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  #compilerConfig(): object {
    const nodeTypes = dirname(dirname(require.resolve("@types/node/package.json")));
    const user = join(this.#notebook, "tsconfig.json");
    return {
      ...(existsSync(user) ? { extends: user } : {}),
      compilerOptions: {
        ...(existsSync(user) ? {} : { strict: false }),
        rootDirs: [this.#root, "/"],
        target: "esnext",
        module: "esnext",
        moduleResolution: "bundler",
        lib: ["esnext"],
        types: ["node"],
        typeRoots: [nodeTypes],
        allowImportingTsExtensions: true,
        allowJs: true,
        checkJs: false,
        resolveJsonModule: true,
        skipLibCheck: true,
        noEmit: true,
        composite: false,
        incremental: false,
        verbatimModuleSyntax: false,
        isolatedModules: false,
        noUnusedLocals: false,
        noUnusedParameters: false,
      },
      files: [this.history, this.cell, fileURLToPath(new URL("../../resources/globals.d.ts", import.meta.url))],
    };
  }
}

/** Removes what kernels that were killed have left. */
function removeOrphans(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^litlab-kernel-(\d+)-/.exec(name)?.[1];
    if (!pid || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // It is another user's.
    }
  }
}
