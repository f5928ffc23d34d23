import { execFile } from "node:child_process";
import { ROOT } from "../python.js";

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process that hangs does not outlive its test by much. */
const LIMIT = { timeout: 180_000, killSignal: "SIGKILL" } as const;

/** Runs Node to its end: how it ended and what it printed. */
export const runNode = (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<End> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: `${ROOT}/test`, env: { ...process.env, ...env }, ...LIMIT },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
