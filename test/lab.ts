import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { makeDemoHome } from "./demo-home.js";
import { freePort } from "./free-port.js";
import { ROOT } from "./python.js";

/** A running JupyterLab and a browser for it. */
export interface Lab {
  /** `http://127.0.0.1:PORT/lab`; Notebook 7's pages are beside it. */
  readonly address: string;
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts JupyterLab with a command that ends in its options, and waits until it answers. */
export async function startLab(
  command: (port: number) => readonly [program: string, ...args: string[]],
  env: NodeJS.ProcessEnv = {},
): Promise<Lab> {
  const port = await freePort();
  const [program, ...args] = command(port);
  const lab = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  await untilReady(lab, port);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  const close = async () => {
    await browser.close();
    if (lab.exitCode !== null) return;
    const ended = once(lab, "exit");
    lab.kill("SIGTERM");
    // A worker thread of AnyIO's that is busy meanwhile can keep Python from ending, after the server and its kernels have.
    const late = setTimeout(() => lab.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  };
  return { address: `http://127.0.0.1:${port}/lab`, browser, close };
}

/** A running JupyterLab with a folder of its own. */
export interface FolderLab extends Lab {
  /** Has `files/` and Jupyter's `config/`. */
  readonly folder: string;
  /** The folder whose files JupyterLab shows. */
  readonly files: string;
}

export interface FolderLabOptions {
  /** What its folder in `.cache/` begins with. */
  readonly name: string;
  /** The home of its kernels. */
  readonly home?: string;
  /** Where its kernelspecs and extensions are; `.venv`'s, unless given. */
  readonly jupyterPath?: string;
  /** JupyterLab of `.venv`, unless given; Notebook 7 is that of `.venv-test`. */
  readonly app?: keyof typeof APPS;
}

/** Jupyter's front ends, with `window.jupyterapp` in their pages. */
const APPS = {
  lab: [join(ROOT, ".venv/bin/jupyter"), "lab", "--LabApp.expose_app_in_browser=True"],
  notebook: [join(ROOT, ".venv-test/bin/jupyter"), "notebook", "--JupyterNotebookApp.expose_app_in_browser=True"],
} as const;

/** Starts JupyterLab over a folder of its own, which `close` deletes. */
export async function startFolderLab(options: FolderLabOptions): Promise<FolderLab> {
  const { name, home, jupyterPath = join(ROOT, ".venv/share/jupyter"), app = "lab" } = options;
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, `.cache/${name}-`));
  const files = join(folder, "files");
  mkdirSync(files);
  const env = {
    JUPYTER_PATH: jupyterPath,
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    XDG_STATE_HOME: join(folder, "state"),
    ...(home !== undefined && { LIT_HOME: home }),
  };
  const own = ["--no-browser", "--allow-root", `--ServerApp.root_dir=${files}`, "--IdentityProvider.token="];
  const lab = await startLab((port) => [...APPS[app], `--port=${port}`, ...own], env);
  const close = async () => {
    await lab.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...lab, folder, files, close };
}

/** A running JupyterLab over a demo home. */
export interface DemoLab extends FolderLab {
  readonly home: string;
}

/** Starts JupyterLab over a demo home, both of which `close` deletes. */
export async function startDemoLab(name: string, app?: FolderLabOptions["app"]): Promise<DemoLab> {
  const { home, remove } = await makeDemoHome();
  const lab = await startFolderLab({ name, home, app });
  const close = async () => {
    await lab.close();
    remove();
  };
  return { ...lab, home, close };
}

function untilReady(lab: ChildProcess, port: number): Promise<void> {
  let log = "";
  return new Promise((resolve, reject) => {
    const read = (text: Buffer) => {
      log += text;
      if (log.includes(`:${port}/`)) resolve();
    };
    lab.stdout?.on("data", read);
    lab.stderr?.on("data", read);
    lab.on("exit", (code) => reject(new Error(`JupyterLab ended with code ${code}\n${log}`)));
  });
}
