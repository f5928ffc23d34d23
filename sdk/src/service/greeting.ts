import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { readBest } from "../devices/best-device.js";
import { nameWithBackend } from "../devices/current-device.js";
import { litHome } from "../home.js";
import type { Methods } from "./methods.js";

/** What a page asks first, and while it is there. */
export const greetingMethods = (version: string): Methods<"hello" | "ping"> => ({
  hello: async () => {
    const home = litHome();
    const [isOpen, device] = await Promise.all([isWritable(home), deviceOfNotebooks()]);
    return { version, pid: process.pid, home, readOnly: !isOpen, device };
  },
  ping: async () => ({}),
});

/** The device that computes where a notebook chooses none, as far as it is known before one has looked for it. */
async function deviceOfNotebooks(): Promise<string> {
  const { LIT_DEVICE } = process.env;
  if (LIT_DEVICE) return LIT_DEVICE;
  const best = await readBest();
  return best ? nameWithBackend(best) : "cpu";
}

/** Whether a folder can be written, or made. */
async function isWritable(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" && dirname(folder) !== folder && (await isWritable(dirname(folder)));
  }
}
