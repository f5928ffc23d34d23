import { rm } from "node:fs/promises";
import { getDevices, LitError, readInstallation, tensorflowFolder } from "@litlab/sdk";
import { Command } from "commander";
import { megabytes } from "./megabytes.js";

/** `litlab device list`, `install`, `status`, `remove` */
export const deviceCommand = new Command("device")
  .description("what models compute on")
  .addCommand(
    new Command("list")
      .description("this machine's devices, what drives each, and why nothing better does")
      .option("--json", "as JSON")
      .option("--refresh", "try every backend again")
      .action(async ({ json = false, refresh = false }: { readonly json?: boolean; readonly refresh?: boolean }) => {
        const devices = await getDevices({ refresh });
        console.log(json ? JSON.stringify(devices, null, 2) : String(devices));
      }),
  )
  .addCommand(
    new Command("install")
      .description("build TensorFlow's native binding into the cache")
      .argument("<what>", "tensorflow")
      .option("--gpu", "with CUDA, for NVIDIA's GPUs")
      .option("--from <site-packages>", "use the TensorFlow of a Python instead of downloading one")
      .action(async (what: string, { gpu = false, from }: { readonly gpu?: boolean; readonly from?: string }) => {
        checkName(what);
        const { installTensorflow } = await import("./install-tensorflow.js");
        let shown = 0;
        const isNew = await installTensorflow({
          gpu,
          ...(from !== undefined && { from }),
          onStep: (step) => console.error(step),
          onBytes: (done, of) => {
            if (!process.stderr.isTTY || Date.now() - shown < 200) return;
            shown = Date.now();
            const filled = Math.round((30 * done) / of);
            process.stderr.write(`\r[${"#".repeat(filled).padEnd(30)}] ${megabytes(done)} of ${megabytes(of)} `);
            if (done === of) process.stderr.write("\n");
          },
        });
        const { folder, tensorflow } = await readInstallation();
        console.log(isNew ? `TensorFlow ${tensorflow} is in ${folder}` : `It is there already: ${folder}`);
        console.log(String(await getDevices({ refresh: true })));
      }),
  )
  .addCommand(
    new Command("status").description("what is installed").action(async () => {
      const { folder, tensorflow, binding, gpu, bytes } = await readInstallation();
      console.log(
        `TensorFlow ${tensorflow}${gpu ? " with CUDA" : ""}, binding ${binding}, ${megabytes(bytes)} of its own in ${folder}`,
      );
    }),
  )
  .addCommand(
    new Command("remove")
      .description("remove what was installed")
      .argument("<what>", "tensorflow")
      .action(async (what: string) => {
        checkName(what);
        const folder = tensorflowFolder();
        await rm(folder, { recursive: true }).catch((error) => {
          if (error.code !== "ENOENT") throw error;
          throw new LitError(`there is nothing at ${folder}, nothing was removed`, { code: "ENOENT" });
        });
        console.log(`Removed: ${folder}`);
      }),
  );

function checkName(what: string): void {
  if (what !== "tensorflow") throw new LitError(`${JSON.stringify(what)} cannot be installed, expected tensorflow`);
}
