import { createRequire } from "node:module";
import { Command } from "commander";
import { demoCommand } from "./demo/command.js";
import { deviceCommand } from "./device/command.js";
import { kernelCommand } from "./kernel/command.js";

const { version } = createRequire(import.meta.url)("../package.json") as { readonly version: string };

const program = new Command("litlab")
  .description("Lit Lab's command")
  .version(version)
  .addCommand(demoCommand)
  .addCommand(deviceCommand)
  .addCommand(kernelCommand);

/** What went wrong in one line: our own errors say it all, a system error names its path. */
const isTold = (error: unknown): error is Error =>
  error instanceof Error && (/^(Lit\w*|Kernelspec)Error$/.test(error.name) || "syscall" in error);

try {
  await program.parseAsync();
} catch (error) {
  if (!isTold(error)) throw error;
  console.error(`litlab: ${error.message}`);
  process.exitCode = 1;
}
