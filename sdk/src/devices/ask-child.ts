import { execFile } from "node:child_process";
import type { z } from "zod";

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may take, ms. */
  readonly limit: number;
}

/** Of an answer that is none, a reason quotes so many characters. */
const MOST = 100;

/** What a script printed as JSON in its last line, or why it did not; `stderr` is what it said beside. */
export type Answer<T> = { readonly value: T; readonly stderr: string } | { readonly reason: string };

/** Runs a script in a process of its own, which may crash or hang. @param schema what it is to print */
export function askChild<T>(
  args: readonly string[],
  schema: z.ZodType<T>,
  { env, limit }: ChildOptions,
): Promise<Answer<T>> {
  const options = { env: { ...process.env, ...env }, timeout: limit, killSignal: "SIGKILL" } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const told = stderr.trim().split("\n").at(-1) || "it said nothing";
      if (error?.killed) resolve({ reason: `gave no result within ${limit / 1000} s` });
      else if (error?.signal) resolve({ reason: `crashed with ${error.signal}: ${told}` });
      else if (error) resolve({ reason: told });
      else {
        const line = stdout.trim().split("\n").at(-1) ?? "";
        const { success, data } = schema.safeParse(parse(line));
        if (success) resolve({ value: data, stderr });
        else if (line === "") resolve({ reason: `ended without a result: ${told}` });
        else resolve({ reason: `answered what is no result: ${line.slice(0, MOST)}` });
      }
    });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
