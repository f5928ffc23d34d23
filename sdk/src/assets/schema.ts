import { z } from "zod";
import { LitDataError } from "../errors.js";

/** What an asset is built from: `<team>/schemas/<name>.json`, version 1. */
export interface AssetSchema {
  readonly version: 1;
  /** The name of the adapter that gives the ticks, `<team>/adapters/<name>.json`. */
  readonly adapter: string;
  /** Names such as `100_1_min` and `RSI14TA_day`. */
  readonly features: readonly string[];
  /** Names such as `long_updown`. */
  readonly labels: readonly string[];
  /** A sample is taken at the end of each such bar that has trades. `size` is 1 by default. */
  readonly every: { readonly unit: "sec" | "min" | "hour" | "day"; readonly size?: number | undefined };
  /** How far labels look ahead, seconds. Default 1800. */
  readonly horizon?: number | undefined;
  /** The samples' first trading date; dates before are history. Default: all. */
  readonly from?: string | undefined;
  /** The samples' last trading date; dates after do not exist. Default: all. */
  readonly to?: string | undefined;
  /** The share of the samples, the last in time, that the test file holds. Default 0.2. */
  readonly test?: number | undefined;
  /** Samples a train file at most. Default 20,000. */
  readonly samplesPerFile?: number | undefined;
  /** What bars are divided by: the highest values of the adapter's whole range (default), or nothing. */
  readonly scale?: "max" | "none" | undefined;
}

const name = z.string().min(1).max(128);

const schema = z.strictObject({
  version: z.literal(1),
  adapter: name,
  features: z.array(name).min(1).max(1000).readonly(),
  labels: z.array(name).max(1000).readonly(),
  every: z.strictObject({
    unit: z.enum(["sec", "min", "hour", "day"]),
    size: z.number().int().min(1).max(100_000).default(1),
  }),
  horizon: z.number().positive().max(86_400).default(1800),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  test: z.number().min(0).max(1).default(0.2),
  samplesPerFile: z.number().int().min(1).max(10_000_000).default(20_000),
  scale: z.enum(["max", "none"]).default("max"),
}) satisfies z.ZodType<unknown, AssetSchema>;

/** A schema with every default filled in. */
export type CompleteSchema = z.output<typeof schema>;

/** Checks a schema and fills in its defaults. @throws LitDataError that names the key, what was found and what was expected */
export function checkSchema(value: unknown): CompleteSchema {
  const { version } = (value ?? {}) as { version?: unknown };
  if (typeof version === "number" && version > 1)
    throw new LitDataError(`the schema has version ${version}, this Lit Lab reads version 1: update it`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new LitDataError(`the schema is not valid: ${z.prettifyError(result.error).replace(/\s*\n\s*/g, "; ")}`);
}
