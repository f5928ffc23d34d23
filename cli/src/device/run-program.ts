import { spawn } from "node:child_process";
import { LitError } from "@litlab/sdk";

/**
 * Runs a program to its end. @returns its standard output
 * @param advice what to do when the program is not there
 * @throws LitError with the end of what it said
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { advice, cwd, input }: { readonly advice?: string; readonly cwd?: string; readonly input?: string } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
    let [out, said] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-4000);
    });
    child.stdin.on("error", () => undefined).end(input ?? "");
    child.on("error", (cause) => {
      const isMissing = (cause as NodeJS.ErrnoException).code === "ENOENT";
      reject(new LitError(isMissing && advice ? advice : `${program}: ${cause.message}`, { cause }));
    });
    child.on("close", (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new LitError(`${program} failed (${code ?? signal}): ${said.trim() || out.trim().slice(-2000)}`));
    });
  });
}
