import type { KernelspecTarget } from "@litlab/kernel/kernelspec";
import { Command, InvalidArgumentError, Option } from "commander";

interface Options {
  readonly user?: true;
  readonly prefix?: string;
  readonly sysPrefix?: true;
}

const targetOf = ({ prefix, sysPrefix }: Options): KernelspecTarget =>
  prefix !== undefined ? { prefix } : sysPrefix ? "sys-prefix" : "user";

const withTarget = (command: Command): Command =>
  command
    .addOption(new Option("--user", "your own Jupyter (the default)").conflicts(["prefix", "sysPrefix"]))
    .addOption(
      new Option("--prefix <dir>", "the Jupyter below a folder: DIR/share/jupyter")
        .conflicts("sysPrefix")
        .argParser(parsePrefix),
    )
    .option("--sys-prefix", "the Python environment in use: VIRTUAL_ENV, else that of the first Python on the PATH");

/** `litlab kernel install`, `litlab kernel uninstall` */
export const kernelCommand = new Command("kernel")
  .description("the Jupyter kernel TypeScript (Lit Lab)")
  .addCommand(
    withTarget(new Command("install").description("let a Jupyter offer the kernel")).action(
      async (options: Options) => {
        const { installKernelspec } = await import("@litlab/kernel/kernelspec");
        console.log(`Jupyter offers TypeScript (Lit Lab): ${await installKernelspec(targetOf(options))}`);
      },
    ),
  )
  .addCommand(
    withTarget(new Command("uninstall").description("take the kernel from a Jupyter")).action(
      async (options: Options) => {
        const { uninstallKernelspec } = await import("@litlab/kernel/kernelspec");
        console.log(`Removed: ${await uninstallKernelspec(targetOf(options))}`);
      },
    ),
  );

function parsePrefix(dir: string): string {
  if (dir) return dir;
  throw new InvalidArgumentError("expected a folder.");
}
