/** `npm run setup`: everything that JupyterLab and the tests need, each step once. Node's own modules only. */
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure, fail, fingerprint, lock, main, makeCache, once, ROOT, runLogged } from "./steps.mjs";
import { makeWheel } from "./wheel.mjs";

const SOURCES = ["sdk", "kernel", "cli"];
const WHEEL_SCRIPTS = ["scripts/setup.mjs", "scripts/wheel.mjs"];
const EXTENSION = ".venv/share/jupyter/labextensions/@litlab/labextension";

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

/** Builds the extension's wheel and installs it, in place of any earlier one. */
async function installExtension() {
  const wheel = await makeWheel();
  rmSync(join(ROOT, EXTENSION), { recursive: true, force: true }); // also what pip did not put there
  const pip = ["-m", "pip", "install", "--disable-pip-version-check", "--no-index", "--no-deps", "--force-reinstall"];
  const installed = await runLogged("extension", join(ROOT, ".venv/bin/python"), [...pip, wheel]);
  if (installed.code !== 0) fail("The extension's installation", installed, "npm run setup");
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
      key: fingerprint(
        "tsconfig.base.json",
        "package-lock.json",
        "labextension",
        "sdk/src",
        "LICENSE",
        ...WHEEL_SCRIPTS,
      ),
      makes: [`${EXTENSION}/package.json`, `${EXTENSION}/install.json`],
    };
    await once("extension", "Build and install JupyterLab's extension", extension, installExtension);
    const demo = { key: fingerprint("cli/src/demo/make-demo.ts"), makes: [".lit/contoso/demo.json"] };
    await once("demo", "Prepare the demo home .lit", demo, async () => {
      const result = await runLogged("demo", process.execPath, ["cli/bin/litlab.mjs", "demo", ".lit", "--move-old"]);
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
