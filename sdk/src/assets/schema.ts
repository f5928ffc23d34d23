import { z } from "zod";
import { LitDataError } from "../errors.js";

const name = z.string().min(1).max(128);

/** What an asset is built from: `<team>/schemas/<name>.json`, version 1. */
const schema = z.strictObject({
  version: z.literal(1),
  /** The name of the adapter that gives the ticks, `<team>/adapters/<name>.json`. */
  adapter: name,
  features: z.array(name).min(1).max(1000).readonly(),
  labels: z.array(name).max(1000).readonly(),
  /** A sample is taken at the end of each such bar that has trades. */
  every: z.strictObject({
    unit: z.enum(["sec", "min", "hour", "day"]),
    size: z.number().int().min(1).max(100_000).default(1),
  }),
  /** How far labels look ahead, seconds. */
  horizon: z.number().positive().max(86_400).default(1800),
  /** The first and last trading date of the samples; dates before are history. Default: all. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  /** The share of the samples, the last in time, that the test file holds. */
  test: z.number().min(0).max(1).default(0.2),
  /** Samples a train file at most. */
  samplesPerFile: z.number().int().min(1).max(10_000_000).default(20_000),
  /** What bars are divided by: the highest values of the adapter's whole range, or nothing. */
  scale: z.enum(["max", "none"]).default("max"),
});

/** A schema as people write it. */
export type AssetSchema = z.input<typeof schema>;
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
