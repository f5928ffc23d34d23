import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { LitDataError } from "../errors.js";
import { checkName, readError, teamFolder } from "../home.js";
import type { BaseAdapter } from "./base-adapter.js";
import { CsvAdapter, type CsvAdapterOptions } from "./sources/csv-adapter.js";
import { LeanAdapter, type LeanAdapterOptions } from "./sources/lean-adapter.js";
import { ParquetAdapter, type ParquetAdapterOptions } from "./sources/parquet-adapter.js";
import { TIME_UNITS } from "./sources/table-adapter.js";

/**
 * A team's adapter by its name: `<team>/adapters/<name>.json`, version 1, such as
 * `{ "version": 1, "type": "lean", "folder": "ticks", "symbol": "spy" }`; besides `type` an adapter's options. A relative
 * path starts at the team's folder.
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
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LitDataError(`${path}: not JSON: ${(cause as Error).message}`, { cause });
  }
  const { version } = (value ?? {}) as { version?: unknown };
  if (typeof version === "number" && version > 1)
    throw new LitDataError(`${path}: version ${version}, this Lit Lab reads version 1: update it`);
  const { z } = await import("zod");
  const result = (await adapterSchema()).safeParse(value);
  if (!result.success)
    throw new LitDataError(`${path}: not a valid adapter: ${z.prettifyError(result.error).replace(/\s*\n\s*/g, "; ")}`);
  const { version: _, type, ...options } = result.data;
  const known = Object.fromEntries(Object.entries(options).filter(([, entry]) => entry !== undefined));
  const here = (entry: string) => (isAbsolute(entry) ? entry : resolve(teamFolder(team), entry));
  if ("folder" in options) return new LeanAdapter({ ...known, folder: here(options.folder) } as LeanAdapterOptions);
  const paths = [options.path].flat().map(here);
  return type === "parquet"
    ? new ParquetAdapter({ ...known, path: paths } as ParquetAdapterOptions)
    : new CsvAdapter({ ...known, path: paths } as CsvAdapterOptions);
}

async function adapterSchema() {
  const { z } = await import("zod");
  const text = z.string().min(1);
  const base = { version: z.literal(1), strict: z.boolean().optional() };
  const table = {
    ...base,
    path: z.union([text, z.array(text).min(1)]),
    timeZone: text.optional(),
    columns: z.strictObject({ time: text.optional(), price: text.optional(), size: text.optional() }).optional(),
    timeUnit: z.enum(TIME_UNITS).optional(),
    timeFormat: text.optional(),
    sourceZone: text.optional(),
    where: z.record(text, z.union([z.string(), z.number(), z.boolean()])).optional(),
  };
  return z.discriminatedUnion("type", [
    z.strictObject({
      ...base,
      type: z.literal("lean"),
      folder: text,
      symbol: text,
      kind: z.literal("equity").optional(),
      market: z.string().optional(),
      resolution: z.literal("tick").optional(),
    }),
    z.strictObject({ ...table, type: z.literal("parquet") }),
    z.strictObject({ ...table, type: z.literal("csv"), header: z.boolean().optional(), delimiter: text.optional() }),
  ]);
}
