import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Kernel } from "./front/kernel.js";
import { readConnectionFile } from "./protocol/connection-file.js";
import { Sockets } from "./protocol/sockets.js";

const USAGE = "usage: litlab-kernel CONNECTION_FILE [--service]";

/** Runs a kernel for a connection file, as Jupyter starts it. */
async function main(args: readonly string[]): Promise<void> {
  // Others follow: `jupyter run` appends its own.
  const path = args.find((argument) => !argument.startsWith("--"));
  if (!path) throw new Error(USAGE);
  const connection = readConnectionFile(path);
  const folder = process.cwd();
  // The notebook's folder may go while it is open: no program can start in it then.
  process.chdir(dirname(fileURLToPath(import.meta.url)));
  const sockets = new Sockets();
  await sockets.bind(connection);
  const kernel = new Kernel({
    sockets,
    key: connection.key,
    folder,
    checksTypes: process.env.LITLAB_KERNEL_CHECK !== "off",
    isService: args.includes("--service") || isServiceSession(),
    onEnd: () => process.exit(),
  });
  process.on("SIGINT", () => kernel.interrupt());
  kernel.start();
  if (process.env.JPY_PARENT_PID) endWithParent(() => kernel.end());
}

/** Jupyter names a kernel's session by its folder and its name. A notebook's kernel loads nothing of the SDK, which has the name too. */
const isServiceSession = (): boolean => basename(process.env.JPY_SESSION_NAME ?? "") === "Lit Lab vault";

/** A kernel whose starter was killed has nobody who could end it. */
function endWithParent(end: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) end();
  }, 1000).unref();
}

process.on("uncaughtException", (error) => console.error("litlab kernel:", error));
process.on("unhandledRejection", (error) => console.error("litlab kernel:", error));

main(process.argv.slice(2)).catch((error: Error) => {
  console.error(`litlab-kernel: ${error.message}`);
  process.exit(1);
});
