import { execFile } from "node:child_process";
import type { z } from "zod";
import { soon, tellsOfBusy } from "./passing.js";

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may take, ms. */
  readonly limit: number;
}

/** Of an answer that is none, a reason quotes so many characters. */
const MOST = 100;

/** Why something is not taken. */
export interface Obstacle {
  readonly reason: string;
  /** When to try again, ms since 1970; null: when what was tried changes. */
  readonly expires: number | null;
}

/** What a script printed as JSON in its last line, or why it did not; `stderr` is what it said beside. */
export type Answer<T> = { readonly value: T; readonly stderr: string } | Obstacle;

/** Signals that end a process from outside, as the system does where memory runs out. */
const ENDED: readonly unknown[] = ["SIGKILL", "SIGTERM", "SIGINT", "SIGHUP"];

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
      const fail = (reason: string, isPassing = tellsOfBusy(stderr)) =>
        resolve({ reason, expires: isPassing ? soon() : null });
      if (error?.killed) fail(`gave no result within ${limit / 1000} s`, true);
      else if (error?.signal) fail(`crashed with ${error.signal}: ${told}`, ENDED.includes(error.signal) || undefined);
      else if (typeof error?.code === "string") fail(error.message, true);
      else if (error) fail(told);
      else {
        const line = stdout.trim().split("\n").at(-1) ?? "";
        const { success, data } = schema.safeParse(parse(line));
        if (success) resolve({ value: data, stderr });
        else if (line === "") fail(`ended without a result: ${told}`);
        else fail(`answered what is no result: ${line.slice(0, MOST)}`);
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
