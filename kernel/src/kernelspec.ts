import { execFile } from "node:child_process";
import { lstat, mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { isAlive } from "./is-alive.js";

const NAME = "litlab";
const LOGOS = ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"];
const KERNEL = fileURLToPath(new URL("../bin/litlab-kernel.mjs", import.meta.url));
const RESOURCES = fileURLToPath(new URL("../resources/", import.meta.url));

/**
 * Whose Jupyter gets the kernel: the user's, the Python environment's in use (VIRTUAL_ENV, else the first Python on the
 * PATH), or the one below a prefix.
 */
export type KernelspecTarget = "user" | "sys-prefix" | { readonly prefix: string };

/** The kernelspec cannot be written or removed. The message names the path, what was found and what to do. */
export class KernelspecError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "KernelspecError";
  }
}

/**
 * Installs the kernelspec `litlab`, which starts this very kernel with this very Node. One that is there is replaced; it is
 * there whole or not at all, also when several processes install at once.
 * @returns the kernelspec's folder
 * @throws KernelspecError
 */
export async function installKernelspec(target: KernelspecTarget): Promise<string> {
  const folder = await kernelspecFolder(target);
  await told(folder, async () => {
    await mkdir(dirname(folder), { recursive: true });
    await checkKernelspec(folder);
    await withHolder(folder, async (holder) => {
      const made = join(holder, "new");
      await writeKernelspec(made);
      for (let n = 0; !(await isRenamed(made, folder)); n++) {
        await checkKernelspec(folder);
        await setAside(folder, join(holder, `old-${n}`));
      }
      await syncFolder(dirname(folder));
    });
  });
  return folder;
}

/**
 * Removes the kernelspec `litlab`.
 * @returns the folder that was removed
 * @throws KernelspecError, also if there is none
 */
export async function uninstallKernelspec(target: KernelspecTarget): Promise<string> {
  const folder = await kernelspecFolder(target);
  await told(folder, async () => {
    if (!(await checkKernelspec(folder)))
      throw new KernelspecError(
        `there is no kernelspec at ${folder}, nothing was removed: 'jupyter kernelspec list' says where there is one`,
      );
    await withHolder(folder, (holder) => setAside(folder, join(holder, "old")));
  });
  return folder;
}

async function kernelspecFolder(target: KernelspecTarget): Promise<string> {
  const data =
    target === "user"
      ? userDataFolder()
      : join(target === "sys-prefix" ? await pythonPrefix() : resolve(target.prefix), "share", "jupyter");
  return join(data, "kernels", NAME);
}

/** As jupyter_core.paths.jupyter_data_dir has it. */
function userDataFolder(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME } = process.env;
  if (JUPYTER_DATA_DIR) return resolve(JUPYTER_DATA_DIR);
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  return resolve(XDG_DATA_HOME || join(homedir(), ".local", "share"), "jupyter");
}

async function pythonPrefix(): Promise<string> {
  const { VIRTUAL_ENV } = process.env;
  if (VIRTUAL_ENV) {
    if ((await stat(VIRTUAL_ENV).catch(() => null))?.isDirectory()) return resolve(VIRTUAL_ENV);
    throw new KernelspecError(
      `VIRTUAL_ENV is ${VIRTUAL_ENV}, which is no folder: activate an environment that exists, or use --prefix DIR`,
    );
  }
  for (const python of ["python3", "python"]) {
    const prefix = await promisify(execFile)(python, ["-c", "import sys; print(sys.prefix)"]).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    );
    if (prefix) return prefix;
  }
  throw new KernelspecError("no Python that runs is on the PATH: activate an environment, or use --prefix DIR");
}

/** Whether a kernelspec is there; anything else that is there is refused: it is somebody's. */
async function checkKernelspec(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(ignore("ENOENT"));
  if (!found) return false;
  if (found.isSymbolicLink()) return true;
  if (!found.isDirectory())
    throw new KernelspecError(`${folder} is a file, expected a kernelspec or nothing: move it away`);
  const entries = await readdir(folder).catch(ignore("ENOENT"));
  if (entries && entries.length > 0 && !entries.includes("kernel.json"))
    throw new KernelspecError(
      `${folder} holds ${entries[0]} and no kernel.json, expected a kernelspec or nothing: move it away`,
    );
  return entries !== undefined;
}

async function writeKernelspec(folder: string): Promise<void> {
  await mkdir(folder);
  const spec = {
    argv: [process.execPath, KERNEL, "{connection_file}"],
    display_name: "TypeScript (Lit Lab)",
    language: "typescript",
    interrupt_mode: "message",
    metadata: { debugger: false },
  };
  for (const logo of LOGOS) await writeFile(join(folder, logo), await readFile(join(RESOURCES, logo)), { flush: true });
  await writeFile(join(folder, "kernel.json"), `${JSON.stringify(spec, null, 2)}\n`, { flush: true });
  await syncFolder(folder);
}

const HOST = hostname().replace(/[^A-Za-z0-9-]/g, "_");

/**
 * Gives `use` a folder of its own beside `folder`, on the same disk, and removes it afterwards. Jupyter sees nothing in it:
 * it looks one level deep. What processes of this machine left behind when they died is removed too.
 */
async function withHolder(folder: string, use: (holder: string) => Promise<void>): Promise<void> {
  const kernels = dirname(folder);
  for (const name of await readdir(kernels)) {
    const [, host, pid] = /^\.litlab\.([A-Za-z0-9_-]+)\.(\d+)\..{6}$/.exec(name) ?? [];
    if (host === HOST && !isAlive(Number(pid)))
      await rm(join(kernels, name), { recursive: true, force: true }).catch(() => {});
  }
  const holder = await mkdtemp(join(kernels, `.litlab.${HOST}.${process.pid}.`));
  try {
    await use(holder);
  } finally {
    await rm(holder, { recursive: true, force: true });
  }
}

/** Renames a folder unless something is in the way there. */
async function isRenamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(codeOf(error))) return false;
    throw error;
  }
}

/** Takes a kernelspec out of Jupyter's sight, unless another process was quicker. */
async function setAside(folder: string, to: string): Promise<void> {
  await rename(folder, to).catch(ignore("ENOENT"));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const codeOf = (error: unknown): string => String((error as NodeJS.ErrnoException).code);

function ignore(code: string) {
  return (error: unknown): undefined => {
    if (codeOf(error) !== code) throw error;
  };
}

/** Runs `act`; what the system refuses arrives as a KernelspecError. */
async function told(folder: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof KernelspecError || !(error instanceof Error) || !("syscall" in error)) throw error;
    const code = codeOf(error);
    if (code === "ENOTDIR" || code === "EEXIST")
      throw new KernelspecError(
        `${await fileInTheWay(folder)} is a file, expected a folder on the way to ${folder}: move it away, or use --prefix DIR`,
        error,
      );
    if (code === "ENOSPC" || code === "EDQUOT")
      throw new KernelspecError(`${folder} cannot be written, the disk is full (${code}): free some space`, error);
    throw new KernelspecError(
      `${folder} cannot be changed (${code}), expected a folder that you may write: mend that, or use --prefix DIR`,
      error,
    );
  }
}

async function fileInTheWay(path: string): Promise<string> {
  for (let above = path; ; above = dirname(above)) {
    const found = await stat(above).catch(() => null);
    if (found || above === dirname(above)) return found?.isDirectory() ? path : above;
  }
}
