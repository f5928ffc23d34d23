import type { Project } from "typescript7/unstable/async";
import { stampOf } from "../file-stamp.js";
import type { Mirror } from "./mirror.js";

/** The notebook's own files that cells import: TypeScript has to be told when they change. */
export class LocalFiles {
  readonly #stamps = new Map<string, string | null>();

  /** Notes the files of a project that are neither packages nor the checker's documents. */
  async look(project: Project, { folder }: Mirror): Promise<void> {
    for (const file of await project.program.getSourceFileNames())
      if (
        file.startsWith("/") &&
        !file.includes("/node_modules/") &&
        !file.startsWith(folder) &&
        !this.#stamps.has(file)
      )
        this.#stamps.set(file, await stampOf(file));
  }

  /** The files that have changed since the last call. */
  async changed(): Promise<string[]> {
    const changed: string[] = [];
    for (const [file, before] of this.#stamps) {
      const stamp = await stampOf(file);
      if (stamp !== before) changed.push(file);
      this.#stamps.set(file, stamp);
    }
    return changed;
  }
}
