import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, LitError } from "@litlab/sdk";

/** Lets one process at a time work in a folder. @throws LitError that names the process that does */
export async function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "install.lock");
  for (let isTaken = true; isTaken; ) {
    try {
      await writeFile(path, String(process.pid), { flag: "wx" });
      isTaken = false;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const holder = Number(await readFile(path, "utf8").catch(() => ""));
      if (holder > 0 && isAlive(holder))
        throw new LitError(`process ${holder} is installing TensorFlow: wait until it is done, or end it`);
      await rm(path, { force: true }); // it was killed
    }
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}
