import { execFile } from "node:child_process";
import { ROOT } from "../python.js";

interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs Node to its end: how it ended and what it printed.
 * @param limit ms; a process that hangs does not outlive its test by much
 */
export const runNode = (args: readonly string[], env: NodeJS.ProcessEnv = {}, limit = 180_000): Promise<End> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: `${ROOT}/test`, env: { ...process.env, ...env }, timeout: limit, killSignal: "SIGKILL" },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
