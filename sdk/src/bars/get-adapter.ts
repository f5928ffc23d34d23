import { readFile } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";
import { LitDataError } from "../errors.js";
import { checkName, readError, teamFolder } from "../home.js";
import type { BaseAdapter } from "./base-adapter.js";
import { ArrowAdapter, type ArrowAdapterOptions } from "./sources/arrow-adapter.js";
import { CsvAdapter, type CsvAdapterOptions } from "./sources/csv-adapter.js";
import { COLUMNS } from "./sources/file-adapter.js";
import { Hdf5Adapter, type Hdf5AdapterOptions } from "./sources/hdf5-adapter.js";
import {
  LEAN_KINDS,
  LEAN_RESOLUTIONS,
  LeanAdapter,
  type LeanAdapterOptions,
  TICK_TYPES,
} from "./sources/lean-adapter.js";
import { ParquetAdapter, type ParquetAdapterOptions } from "./sources/parquet-adapter.js";
import { SALE_CONDITIONS, type SaleCondition } from "./sources/sale-conditions.js";
import { TIME_UNITS } from "./sources/time-units.js";

/** How the adapter of each type is made, its paths in place. */
const MAKE = {
  arrow: (options: object) => new ArrowAdapter(options as ArrowAdapterOptions),
  csv: (options: object) => new CsvAdapter(options as CsvAdapterOptions),
  hdf5: (options: object) => new Hdf5Adapter(options as Hdf5AdapterOptions),
  lean: (options: object) => new LeanAdapter(options as LeanAdapterOptions),
  parquet: (options: object) => new ParquetAdapter(options as ParquetAdapterOptions),
};

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
  const place = "folder" in options ? { folder: here(options.folder) } : { path: [options.path].flat().map(here) };
  try {
    return MAKE[type]({ ...known, ...place });
  } catch (cause) {
    throw new LitDataError(`${path}: ${(cause as Error).message}`, { cause });
  }
}

async function adapterSchema() {
  const { z } = await import("zod");
  const text = z.string().min(1);
  const parts = z.array(z.strictObject({ from: text, to: text })).min(1);
  const base = {
    version: z.literal(1),
    strict: z.boolean().optional(),
    session: z.union([z.enum(["regular", "extended"]), parts]).optional(),
  };
  const where = z.record(text, z.union([z.string(), z.number(), z.boolean()])).optional();
  const file = {
    ...base,
    path: z.union([text, z.array(text).min(1)]),
    timeZone: text.optional(),
    columns: z.partialRecord(z.enum(COLUMNS), text).optional(),
    timeUnit: z.enum(TIME_UNITS).optional(),
    sourceZone: text.optional(),
    bars: z
      .strictObject({
        unit: z.enum(["sec", "min", "hour", "day"]),
        size: z.int().min(1),
        stamp: z.enum(["start", "end"]).optional(),
      })
      .optional(),
  };
  const table = { ...file, timeFormat: text.optional(), where };
  const conditions = z.array(z.enum(Object.keys(SALE_CONDITIONS) as [SaleCondition]));
  return z.discriminatedUnion("type", [
    z.strictObject({ ...table, type: z.literal("arrow") }),
    z.strictObject({ ...table, type: z.literal("csv"), header: z.boolean().optional(), delimiter: text.optional() }),
    z.strictObject({ ...file, type: z.literal("hdf5"), dataset: text.optional() }),
    z.strictObject({
      ...base,
      type: z.literal("lean"),
      folder: text,
      symbol: text,
      kind: z.enum(LEAN_KINDS).optional(),
      market: text.optional(),
      resolution: z.enum(LEAN_RESOLUTIONS).optional(),
      tickType: z.enum(TICK_TYPES).optional(),
      saleConditions: z.union([z.literal("market"), z.strictObject({ exclude: conditions })]).optional(),
      suspicious: z.boolean().optional(),
    }),
    z.strictObject({ ...table, type: z.literal("parquet") }),
  ]);
}
