import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { expectedDevice } from "../devices/expected-device.js";
import { litHome } from "../home.js";
import type { Methods } from "./methods.js";

/** What a page asks first, and while it is there. */
export const greetingMethods = (version: string): Methods<"hello" | "ping"> => ({
  hello: async () => {
    const home = litHome();
    const [isOpen, device] = await Promise.all([isWritable(home), expectedDevice()]);
    // What computes is only found at the first computation.
    return { version, pid: process.pid, home, readOnly: !isOpen, device: device ?? "cpu" };
  },
  ping: async () => ({}),
});

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
