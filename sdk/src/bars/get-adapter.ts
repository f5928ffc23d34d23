import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { LitDataError } from "../errors.js";
import { checkName, readError, teamFolder } from "../home.js";
import type { BaseAdapter } from "./base-adapter.js";
import { LeanAdapter, type LeanAdapterOptions } from "./lean-adapter.js";

/**
 * A team's adapter by its name: `<team>/adapters/<name>.json`, version 1, such as
 * `{ "version": 1, "type": "lean", "folder": "ticks", "symbol": "spy" }`. A relative folder starts at the team's.
 * @throws LitDataError if there is none or it is not valid
 */
export async function getAdapter(team: string, name: string): Promise<BaseAdapter> {
  const path = join(teamFolder(team), "adapters", `${checkName(name, "adapter name")}.json`);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT")
      throw readError(path, `the file of the adapter ${name}`, cause, LitDataError);
    throw new LitDataError(`there is no adapter ${name} of the team ${team}, expected the file ${path}`, { cause });
  }
  const { z } = await import("zod");
  const lean = z.strictObject({
    version: z.literal(1),
    type: z.literal("lean"),
    folder: z.string().min(1),
    symbol: z.string().min(1),
    kind: z.literal("equity").optional(),
    market: z.string().optional(),
    resolution: z.literal("tick").optional(),
    strict: z.boolean().optional(),
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LitDataError(`${path}: not JSON: ${(cause as Error).message}`, { cause });
  }
  const { version } = (value ?? {}) as { version?: unknown };
  if (typeof version === "number" && version > 1)
    throw new LitDataError(`${path}: version ${version}, this Lit Lab reads version 1: update it`);
  const result = lean.safeParse(value);
  if (!result.success)
    throw new LitDataError(`${path}: not a valid adapter: ${z.prettifyError(result.error).replace(/\s*\n\s*/g, "; ")}`);
  const { version: _, type: __, folder, ...options } = result.data;
  const known = Object.fromEntries(Object.entries(options).filter(([, entry]) => entry !== undefined));
  return new LeanAdapter({ ...known, folder: resolve(teamFolder(team), folder) } as LeanAdapterOptions);
}
