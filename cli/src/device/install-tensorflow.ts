import { createHash } from "node:crypto";
import { cp, mkdir, readdir, readFile, rename, rm, stat, statfs, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import {
  KERNELS,
  LitError,
  MANIFEST,
  PACKAGE,
  readInstallation,
  SHARED_CORE,
  tensorflowFolder,
  writeBeside,
} from "@litlab/sdk";
import { buildBinding, checkCompiler, LIBRARIES } from "./build-binding.js";
import { fetchFile, type OnBytes, sizeOf } from "./fetch-file.js";
import { type FoundWheel, findPython, findWheels } from "./find-wheels.js";
import { withLock } from "./lock.js";
import { megabytes } from "./megabytes.js";
import { BINDING_TARBALL, CUDA_WHEELS, HEADERS_TARBALL, type Tarball, TENSORFLOW, TENSORFLOW_WHEELS } from "./pins.js";
import { runProgram } from "./run-program.js";

export interface InstallOptions {
  /** Bring CUDA. */
  readonly gpu: boolean;
  /** A Python's site-packages whose TensorFlow is used instead of a download. */
  readonly from?: string;
  /** Hears what is done next. */
  readonly onStep: (what: string) => void;
  readonly onBytes: OnBytes;
}

/** What a wheel takes unpacked, times its own size. */
const UNPACKED = 3.2;

/** Unpacks what the binding needs of a wheel: `argv` is the wheel and the folder. */
const UNPACK = `
import re, sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
wanted = re.compile(r"(tensorflow/(libtensorflow_(cc|framework)\\.so\\.2|THIRD_PARTY_NOTICES\\.txt|include/(tensorflow|tsl|xla)/.*\\.h)|nvidia/.*)$")
wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if wanted.match(name)])
`;

/** Lets the package of the binding share the SDK's TensorFlow.js. */
const SHARED = `module.exports = globalThis[Symbol.for(${JSON.stringify(SHARED_CORE)})];\n`;
/** Reads SavedModels, for which the package brings a library of its own: nobody does here. */
const NO_PROTO = "module.exports = {};\n";

/**
 * Builds the native binding against TensorFlow's wheel, into the cache's folder. What is there already is not done again;
 * until the end, the old installation stays.
 * @returns false if it was there already
 * @throws LitError
 */
export async function installTensorflow(options: InstallOptions): Promise<boolean> {
  const wheels = TENSORFLOW_WHEELS[process.arch];
  if (process.platform !== "linux" || !wheels)
    throw new LitError(
      `TensorFlow's binding is built on Linux, x64 or arm64; this is ${process.platform} ${process.arch}`,
    );
  const wheel = wheels[options.gpu ? "gpu" : "cpu"];
  if (!wheel) throw new LitError(`there is no TensorFlow with CUDA for ${process.arch}: install it without --gpu`);
  const target = tensorflowFolder();
  return await withLock(dirname(target), async () => {
    if (!options.from && (await isInstalled(options.gpu))) return false;
    await checkCompiler();
    const downloads = join(dirname(target), "downloads");
    await mkdir(downloads, { recursive: true });
    await writeBeside(target, async (folder) => {
      await mkdir(join(folder, "lib"), { recursive: true });
      const found = options.from
        ? await linkTensorflow(resolve(options.from), folder)
        : await unpackTensorflow([wheel, ...(options.gpu ? CUDA_WHEELS : [])], downloads, folder, options);
      options.onStep("Build the binding");
      await addBinding(downloads, folder, found.include);
      const manifest = {
        tensorflow: found.version,
        binding: BINDING_TARBALL.version,
        kernels: KERNELS,
        gpu: options.gpu,
        bytes: await bytesOf(folder),
      };
      await writeFile(join(folder, MANIFEST), JSON.stringify(manifest), { flush: true });
      await rm(target, { recursive: true, force: true });
    });
    await rm(downloads, { recursive: true, force: true });
    return true;
  });
}

async function isInstalled(gpu: boolean): Promise<boolean> {
  const found = await readInstallation().catch(() => null);
  return found?.tensorflow === TENSORFLOW && found.binding === BINDING_TARBALL.version && (found.gpu || !gpu);
}

interface FoundLibraries {
  readonly version: string;
  readonly include: string;
}

async function unpackTensorflow(
  wheels: Parameters<typeof findWheels>[1],
  downloads: string,
  folder: string,
  { onStep, onBytes }: InstallOptions,
): Promise<FoundLibraries> {
  onStep("Ask pip where TensorFlow is");
  const python = await findPython();
  const found = await findWheels(python, wheels);
  const sizes = await Promise.all(found.map(({ url }) => sizeOf(url)));
  const size = sizes.reduce((sum, each) => sum + each, 0);
  await checkSpace(downloads, size * (1 + UNPACKED));
  onStep(`Download TensorFlow ${TENSORFLOW}: ${megabytes(size)}, unpacked about ${megabytes(size * UNPACKED)}`);
  const unpacked = join(folder, "unpacked");
  for (const wheel of found) {
    const path = join(downloads, fileNameOf(wheel));
    await fetchFile(wheel.url, path, wheel.sha256, onBytes);
    await runProgram(python, ["-", path, unpacked], { input: UNPACK });
  }
  const tensorflow = join(unpacked, "tensorflow");
  for (const library of LIBRARIES) await rename(join(tensorflow, library), join(folder, "lib", library));
  await rename(join(tensorflow, "THIRD_PARTY_NOTICES.txt"), join(folder, "THIRD_PARTY_NOTICES.txt"));
  // TensorFlow's libraries look for CUDA there.
  await rename(join(unpacked, "nvidia"), join(folder, "nvidia")).catch(ignoreMissing);
  return { version: TENSORFLOW, include: join(tensorflow, "include") };
}

/** Uses the libraries of an installed Python package. */
async function linkTensorflow(site: string, folder: string): Promise<FoundLibraries> {
  const entries = await readdir(site).catch(() => [] as string[]);
  const info = entries.map((name) => /^tensorflow(?:_cpu)?-(.+)\.dist-info$/.exec(name)).find(Boolean);
  const tensorflow = join(site, "tensorflow");
  if (!info?.[1] || !entries.includes("tensorflow"))
    throw new LitError(`${site}: no TensorFlow is there, expected the site-packages of a Python that has it`);
  for (const library of LIBRARIES) {
    const path = join(tensorflow, library);
    await stat(path).catch(() => {
      throw new LitError(`${path} is missing: TensorFlow ${info[1]} is too old, expected 2.12 or newer`);
    });
    await symlink(path, join(folder, "lib", library));
  }
  if (entries.includes("nvidia")) await symlink(join(site, "nvidia"), join(folder, "nvidia"));
  return { version: info[1], include: join(tensorflow, "include") };
}

/** The binding and the JavaScript that speaks to it. */
async function addBinding(downloads: string, folder: string, include: string): Promise<void> {
  const [source, headers] = [join(folder, "source"), join(folder, "headers")];
  await unpackTarball(BINDING_TARBALL, downloads, source);
  await unpackTarball(HEADERS_TARBALL, downloads, headers);
  await buildBinding(folder, {
    sources: join(source, "binding"),
    headers: join(headers, "include"),
    include,
    lib: join(folder, "lib"),
  });
  const home = join(folder, PACKAGE);
  await mkdir(dirname(home), { recursive: true });
  await cp(join(source, "dist"), join(home, "dist"), { recursive: true });
  await writeFile(join(home, "dist/proto/api_pb.js"), NO_PROTO);
  for (const name of ["tfjs", "tfjs-core"]) {
    await mkdir(join(dirname(home), name));
    await writeFile(join(dirname(home), name, "index.js"), SHARED);
  }
  for (const part of ["source", "headers", "unpacked"]) await rm(join(folder, part), { recursive: true, force: true });
}

async function unpackTarball({ name, version, sha512 }: Tarball, downloads: string, folder: string): Promise<void> {
  const args = ["pack", `${name}@${version}`, "--silent", "--pack-destination", downloads];
  const file = (await runProgram("npm", args, { cwd: downloads, advice: "npm is not on the PATH: it comes with Node" }))
    .trim()
    .split("\n")
    .at(-1);
  const path = join(downloads, basename(file ?? ""));
  const found = createHash("sha512")
    .update(await readFile(path))
    .digest("base64");
  if (found !== sha512) {
    await rm(path);
    throw new LitError(`npm gave another ${name} ${version} than expected: its SHA-512 is ${found}, not ${sha512}`);
  }
  await mkdir(folder);
  await runProgram("tar", ["-xzf", path, "-C", folder, "--strip-components=1"], { advice: "tar is not on the PATH" });
}

async function checkSpace(folder: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < needed)
    throw new LitError(
      `${folder} has ${megabytes(bavail * bsize)} left, ${megabytes(needed)} are needed: free some, or set XDG_CACHE_HOME to another disk`,
    );
}

/** The bytes below a folder that are its own: links are not followed. */
async function bytesOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

const fileNameOf = ({ url }: FoundWheel): string => basename(new URL(url).pathname);

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error;
}
