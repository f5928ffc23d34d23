import { Command } from "commander";
import { demoCommand } from "./demo/command.js";

const program = new Command("litlab").description("Lit Lab's command").version("0.1.0").addCommand(demoCommand);

/** What went wrong in one line: a LitError says it all, a system error names its path. */
const isTold = (error: unknown): error is Error =>
  error instanceof Error && (/^Lit\w*Error$/.test(error.name) || "syscall" in error);

try {
  await program.parseAsync();
} catch (error) {
  if (!isTold(error)) throw error;
  console.error(`litlab: ${error.message}`);
  process.exitCode = 1;
}
