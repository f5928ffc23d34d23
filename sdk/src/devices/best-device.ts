import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { hostname, release } from "node:os";
import { join } from "node:path";
import { cacheFolder, writeBeside } from "../home.js";
import type { Device } from "./get-devices.js";
import { isOver } from "./passing.js";
import { environmentOf, identityOf, RUNGS } from "./rungs.js";
import { MANIFEST, tensorflowFolder } from "./tensorflow/installation.js";

/** What a GPU's drivers leave on Linux. Elsewhere they come with the system. */
const NAMES = ["/proc/driver/nvidia/gpus", "/dev/dri"];
const FOLDERS = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

/** What the best device was found to be, and on what machine. */
interface Finding {
  readonly machine: string;
  readonly device: Device;
  /** When it is looked for again, ms since 1970; null: when the machine changes. */
  readonly expires: number | null;
}

/** The best device as a process before found it; null if none did, or this machine, its drivers or a backend have changed. */
export async function readBest(machine: string): Promise<Device | null> {
  try {
    const found = JSON.parse(await readFile(pathFor(machine), "utf8")) as Partial<Finding>;
    const { device, expires } = found;
    const holds = expires === null || (typeof expires === "number" && !isOver(expires));
    return found.machine === machine && isDevice(device) && holds ? device : null;
  } catch {
    return null;
  }
}

/** Keeps it for the processes that follow. @param expires until then, ms since 1970; null: until the machine changes */
export async function writeBest(device: Device, expires: number | null): Promise<void> {
  const machine = await describeMachine();
  const text = JSON.stringify({ machine, device, expires } satisfies Finding);
  // A cache that cannot be written costs the next process the search.
  await writeBeside(pathFor(machine), (temporary) => writeFile(temporary, text)).catch(() => undefined);
}

/** Has it be looked for again. */
export const forgetBest = (machine: string): Promise<void> => rm(pathFor(machine), { force: true });

/** A device in a file of its own; null if there is none. */
export async function readDevice(path: string): Promise<Device | null> {
  try {
    const device: unknown = JSON.parse(await readFile(path, "utf8"));
    return isDevice(device) ? device : null;
  } catch {
    return null;
  }
}

/** Where what was found of devices is kept. */
export const foundFolder = (): string => join(cacheFolder(), "devices");

/** The name of what is kept of something: a home may be on several machines. */
export const keyOf = (what: string): string => createHash("sha256").update(what).digest("hex").slice(0, 16);

const pathFor = (machine: string): string => join(foundFolder(), `best-${keyOf(machine)}.json`);

/** What the best device depends on, as far as a few files tell: nothing is started for it. */
export async function describeMachine(): Promise<string> {
  const told = await Promise.all([
    ...(["webgpu", "wasm", "cpu"] as const).map((rung) => identityOf(rung).catch((error: Error) => error.message)),
    ...[join(tensorflowFolder(), MANIFEST), "/proc/driver/nvidia/version"].map((path) =>
      readFile(path, "utf8").catch(() => ""),
    ),
    ...NAMES.map(namesIn),
    ...FOLDERS.map(async (path) => `${await namesIn(path)} ${await changeOf(path)}`),
  ]);
  return [hostname(), release(), ...told, ...RUNGS.map((rung) => environmentOf(rung))].join("\n");
}

const namesIn = (path: string): Promise<string> =>
  readdir(path).then(
    (names) => names.sort().join(" "),
    () => "",
  );

const changeOf = (path: string): Promise<string> =>
  stat(path).then(
    ({ mtimeMs }) => String(mtimeMs),
    () => "",
  );

/** By hand: what checks such things elsewhere takes longer to load than a backend to start. */
function isDevice(value: unknown): value is Device {
  if (typeof value !== "object" || value === null) return false;
  const { name, model, memory, driver, backend, rejected } = value as Partial<Device>;
  return (
    /^(cpu|gpu\d+)$/.test(String(name)) &&
    typeof model === "string" &&
    (memory === null || typeof memory === "number") &&
    (driver === null || typeof driver === "string") &&
    RUNGS.some((rung) => rung === backend) &&
    Array.isArray(rejected) &&
    rejected.every((each) => typeof each?.backend === "string" && typeof each.reason === "string")
  );
}
