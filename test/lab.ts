import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type Browser, chromium } from "playwright-core";
import { freePort } from "./free-port.js";
import { ROOT } from "./python.js";

/** A running JupyterLab and a browser for it. */
export interface Lab {
  /** `http://127.0.0.1:PORT/lab` */
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
    await ended;
  };
  return { address: `http://127.0.0.1:${port}/lab`, browser, close };
}

function untilReady(lab: ChildProcess, port: number): Promise<void> {
  let log = "";
  return new Promise((resolve, reject) => {
    const read = (text: Buffer) => {
      log += text;
      if (log.includes(`:${port}/lab`)) resolve();
    };
    lab.stdout?.on("data", read);
    lab.stderr?.on("data", read);
    lab.on("exit", (code) => reject(new Error(`JupyterLab ended with code ${code}\n${log}`)));
  });
}
