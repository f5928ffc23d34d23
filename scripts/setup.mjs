/** `npm run setup`: everything that JupyterLab and the tests need, each step once. Node's own modules only. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure, fingerprint, lock, main, makeCache, once, ROOT, runLogged } from "./steps.mjs";

const SOURCES = ["sdk", "kernel", "cli"];
const EXTENSION = ".venv/share/jupyter/labextensions/@litlab/labextension";
const UNREACHABLE =
  /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|ECONNRESET|NameResolutionError|NewConnectionError|ConnectTimeoutError|Temporary failure in name resolution/;

/** The first Python on the PATH that is new enough and has venv: its path. */
function findPython() {
  const found = [];
  for (const name of [
    process.env.PYTHON,
    "python3",
    "python3.13",
    "python3.12",
    "python3.11",
    "python3.10",
    "python",
  ].filter(Boolean)) {
    let version;
    try {
      version = execFileSync(name, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], {
        stdio: ["ignore", "pipe", "ignore"],
      })
        .toString()
        .trim();
    } catch {
      continue;
    }
    const [major, minor] = version.split(".").map(Number);
    if (major !== 3 || minor < 10) {
      found.push(`${name} is ${version}`);
      continue;
    }
    try {
      execFileSync(name, ["-c", "import venv, ensurepip"], { stdio: "ignore" });
    } catch {
      throw new Failure(`${name} (Python ${version}) has no venv module`, `sudo apt-get install python${version}-venv`);
    }
    return { name, version };
  }
  throw new Failure(
    found.length > 0
      ? `Python 3.10 or newer is needed, ${found[0]}`
      : "Python 3.10 or newer is needed, none is on the PATH",
    "sudo apt-get install python3 python3-venv",
  );
}

function fail(what, { output, file }, again) {
  if (UNREACHABLE.test(output))
    throw new Failure(
      `${what} failed: the package registry cannot be reached`,
      `check the network or proxy, then ${again}`,
    );
  if (/ENOSPC|No space left/.test(output))
    throw new Failure(`${what} failed: the disk is full`, `free some space, then ${again}`);
  throw new Failure(`${what} failed: ${tellingLine(output)} (all of it in ${file})`, `mend that, then ${again}`);
}

/** What a failed program says is wrong: npm's code and message, else the first line with an error, else the last line. */
function tellingLine(output) {
  const lines = output.trim().split("\n");
  const said = lines.map((text) => /^npm (?:error|ERR!) (.+)/.exec(text)?.[1]).filter(Boolean);
  const code = said.find((text) => text.startsWith("code "))?.slice(5) ?? "";
  const message = said.find((text) => !/^(code|syscall|path|dest|errno|command|cwd) /.test(text));
  if (message) return (message.includes(code) ? message : `${code} ${message}`).slice(0, 200);
  return (lines.find((text) => /error/i.test(text)) ?? lines.at(-1)).trim().slice(0, 200);
}

/** A virtual environment with exactly the packages of a requirements file. */
export async function makeVenv(folder, requirements, what, python) {
  await once(
    folder.slice(1),
    what,
    { key: `${ROOT} ${fingerprint(requirements)}${python.version}`, makes: [`${folder}/bin/python`] },
    async () => {
      rmSync(join(ROOT, folder), { recursive: true, force: true });
      const made = await runLogged("venv", python.name, ["-m", "venv", folder]);
      if (made.code !== 0) fail(`${python.name} -m venv`, made, "npm run setup");
      const installed = await runLogged(`pip${folder}`, join(ROOT, folder, "bin/python"), [
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--require-virtualenv",
        "-r",
        requirements,
      ]);
      if (installed.code !== 0) fail("pip install", installed, "npm run setup");
    },
  );
}

/** Our kernelspec, the default, and stock tslab's; JupyterLab without news and update checks. */
async function configureJupyter() {
  const installed = await runLogged("kernel", process.execPath, [
    "cli/bin/litlab.mjs",
    "kernel",
    "install",
    "--prefix",
    ".venv",
  ]);
  if (installed.code !== 0) fail("litlab kernel install", installed, "npm run setup");
  const write = (path, value) => {
    const file = join(ROOT, ".venv", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
  };
  write("share/jupyter/kernels/tslab/kernel.json", {
    argv: [
      process.execPath,
      join(ROOT, "node_modules/tslab/bin/tslab"),
      "kernel",
      "--config-path",
      "{connection_file}",
    ],
    display_name: "TypeScript (tslab)",
    language: "typescript",
  });
  write("etc/jupyter/jupyter_server_config.json", { MultiKernelManager: { default_kernel_name: "litlab" } });
  write("share/jupyter/lab/settings/overrides.json", {
    "@jupyterlab/apputils-extension:notification": { fetchNews: "false", checkForUpdates: false },
    "@jupyterlab/notebook-extension:tracker": { autoStartDefaultKernel: true }, // its dialog proposes the first by name
  });
  write("package.json", {}); // JupyterLab's own scripts in there are CommonJS, unlike ours
}

/** Bundles the extension of JupyterLab and puts it where that looks for extensions. */
async function installExtension() {
  const compiled = await runLogged("extension", process.execPath, [
    "node_modules/typescript/bin/tsc",
    "--build",
    "labextension",
  ]);
  if (compiled.code !== 0) fail("The extension's build", compiled, "npm run setup");
  const bundled = await runLogged("extension", process.execPath, [
    "node_modules/@jupyter/builder/lib/build-labextension.js",
    "--core-package-file",
    join(ROOT, "node_modules/@jupyterlab/core-meta/core.package.json"),
    "labextension",
  ]);
  if (bundled.code !== 0) fail("The extension's bundling", bundled, "npm run setup");
  rmSync(join(ROOT, EXTENSION), { recursive: true, force: true });
  cpSync(join(ROOT, "labextension/dist/labextension"), join(ROOT, EXTENSION), { recursive: true });
}

export async function setup() {
  const python = findPython();
  makeCache();
  const release = await lock();
  try {
    await once(
      "npm",
      "Install the npm packages",
      { key: fingerprint("package-lock.json") + process.versions.node, makes: ["node_modules/.package-lock.json"] },
      async () => {
        const result = await runLogged("npm", "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
        if (result.code !== 0) fail("npm ci", result, "npm run setup");
      },
    );
    await once(
      "build",
      "Build the workspaces",
      {
        key: fingerprint("tsconfig.base.json", ...SOURCES),
        makes: ["sdk/dist/index.js", "kernel/dist/kernelspec.js", "cli/dist/main.js"],
      },
      async () => {
        const result = await runLogged("build", process.execPath, [
          "node_modules/typescript/bin/tsc",
          "--build",
          ...SOURCES,
        ]);
        if (result.code !== 0) fail("The build", result, "npm run setup");
      },
    );
    await makeVenv(".venv", "requirements.txt", "Install JupyterLab into .venv", python);
    const kernels = {
      key: `${ROOT} ${process.execPath} ${fingerprint("kernel/src/kernelspec.ts", "kernel/resources", "scripts/setup.mjs")}`,
      makes: [
        "share/jupyter/kernels/litlab/kernel.json",
        "share/jupyter/kernels/tslab/kernel.json",
        "package.json",
      ].map((path) => `.venv/${path}`),
    };
    await once("kernels", "Register the kernels", kernels, configureJupyter);
    const extension = {
      key: fingerprint("tsconfig.base.json", "package-lock.json", "labextension"),
      makes: [`${EXTENSION}/package.json`],
    };
    await once("extension", "Build JupyterLab's extension", extension, installExtension);
    const demo = { key: "1", makes: [".lit/contoso/demo.json"] };
    await once("demo", "Prepare the demo home .lit", demo, async () => {
      const result = await runLogged("demo", process.execPath, ["cli/bin/litlab.mjs", "demo", ".lit"]);
      if (result.code !== 0) fail("litlab demo .lit", result, "npm run setup");
    });
  } finally {
    release();
  }
  return python;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await setup();
    console.log("Ready. Start JupyterLab: npm run lab");
  });
}
