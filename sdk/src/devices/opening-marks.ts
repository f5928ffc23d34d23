import { rmSync } from "node:fs";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../home.js";
import { foundFolder, keyOf, readDevice } from "./best-device.js";
import type { Device } from "./get-devices.js";

/** What a process that ended left of a device that it was opening. */
export interface Mark {
  readonly path: string;
  readonly pid: number;
  readonly device: Device;
}

const prefixFor = (machine: string): string => `opening-${keyOf(machine)}-`;

/** Opens a device beside a mark, by which others know of a process that did not live through it. */
export async function openMarked(machine: string, device: Device, open: () => Promise<unknown>): Promise<void> {
  const path = join(foundFolder(), `${prefixFor(machine)}${process.pid}.json`);
  const remove = () => rmSync(path, { force: true });
  // A cache that cannot be written holds no best device either, and nothing can be removed there.
  const isMarked = await writeFile(path, JSON.stringify(device)).then(
    () => true,
    () => false,
  );
  if (!isMarked) return void (await open());
  // Who ends by himself did not crash.
  process.once("exit", remove);
  try {
    await open();
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** The marks of processes that ended while they opened a device. */
export async function findMarks(machine: string): Promise<Mark[]> {
  const prefix = prefixFor(machine);
  const names = await readdir(foundFolder()).catch(() => []);
  const marks: Mark[] = [];
  for (const name of names.filter((each) => each.startsWith(prefix))) {
    const pid = Number.parseInt(name.slice(prefix.length), 10);
    // This process opens none yet: another had its number before.
    if (pid !== process.pid && isAlive(pid)) continue;
    const path = join(foundFolder(), name);
    const device = await readDevice(path);
    if (device) marks.push({ path, pid, device });
    else await rm(path, { force: true });
  }
  return marks;
}
