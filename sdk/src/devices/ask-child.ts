import { execFile } from "node:child_process";

export interface ChildOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** How long it may take, ms. */
  readonly limit: number;
}

/** What a script printed as JSON in its last line, or why it did not; `stderr` is what it said beside. */
export type Answer = { readonly value: unknown; readonly stderr: string } | { readonly reason: string };

/** Runs a script in a process of its own, which may crash or hang. */
export function askChild(args: readonly string[], { env, limit }: ChildOptions): Promise<Answer> {
  const options = { env: { ...process.env, ...env }, timeout: limit, killSignal: "SIGKILL" } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      const told = stderr.trim().split("\n").at(-1) || "it said nothing";
      if (error?.killed) resolve({ reason: `gave no result within ${limit / 1000} s` });
      else if (error?.signal) resolve({ reason: `crashed with ${error.signal}: ${told}` });
      else if (error) resolve({ reason: told });
      else {
        const value = parseLast(stdout);
        resolve(value === undefined ? { reason: `ended without a result: ${told}` } : { value, stderr });
      }
    });
  });
}

function parseLast(text: string): unknown {
  try {
    return JSON.parse(text.trim().split("\n").at(-1) ?? "");
  } catch {
    return undefined;
  }
}
