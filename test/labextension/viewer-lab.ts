import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import pixelmatch from "pixelmatch";
import type { Locator, Page } from "playwright-core";
import { PNG } from "pngjs";
import { onTestFailed } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { type Lab, startLab } from "../lab.js";
import { ROOT } from "../python.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PICTURES = join(import.meta.dirname, "pictures");

/** JupyterLab over a demo home, with a folder of files. */
export interface ViewerLab extends Lab {
  readonly home: string;
  readonly files: string;
}

export async function startViewerLab(): Promise<ViewerLab> {
  mkdirSync(join(ROOT, ".cache"), { recursive: true });
  const folder = mkdtempSync(join(ROOT, ".cache/viewer-"));
  const files = join(folder, "files");
  mkdirSync(files);
  const demo = await makeDemoHome();
  const env = {
    JUPYTER_PATH: join(ROOT, ".venv/share/jupyter"),
    JUPYTER_CONFIG_DIR: join(folder, "config"),
    XDG_STATE_HOME: join(folder, "state"),
    LIT_HOME: demo.home,
  };
  const options = ["--no-browser", "--allow-root", `--ServerApp.root_dir=${files}`, "--IdentityProvider.token="];
  const exposed = "--LabApp.expose_app_in_browser=True";
  const lab = await startLab(
    (port) => [join(ROOT, ".venv/bin/jupyter"), "lab", `--port=${port}`, ...options, exposed],
    env,
  );
  const close = async () => {
    await lab.close();
    demo.remove();
    rmSync(folder, { recursive: true, force: true });
  };
  return { ...lab, home: demo.home, files, close };
}

/** A page of JupyterLab; `problems` are the console's errors and what dialogs of scripts say. */
export async function openPage(lab: Lab): Promise<{ page: Page; problems: string[] }> {
  const page = await lab.browser.newPage({ viewport: { width: 1300, height: 800 } });
  onTestFailed(async () => {
    if (!page.isClosed()) await page.screenshot({ path: join(ROOT, ".cache/viewer-failed.png") });
  });
  const problems: string[] = [];
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => problems.push(`a dialog says ${dialog.message()}`));
  await page.goto(`${lab.address}?reset`);
  await page
    .getByRole("listitem", { name: /^Name: / })
    .first()
    .waitFor();
  return { page, problems };
}

/** Runs a command of JupyterLab. */
export const execute = (page: Page, command: string, args: Record<string, string> = {}): Promise<unknown> =>
  page.evaluate(
    `window.jupyterapp.commands.execute(${JSON.stringify(command)}, ${JSON.stringify(args)}).then(() => null)`,
  );

/** Opens a file as a person does, by a double click in the file browser. */
export async function openFile(page: Page, name: string): Promise<Locator> {
  await page.getByRole("listitem", { name: new RegExp(`^Name: ${name.replaceAll(".", "\\.")}`) }).dblclick();
  await page.getByRole("main").getByRole("tab", { name, selected: true }).waitFor();
  return shown(page);
}

/** The document or model that is seen. */
export const shown = (page: Page): Locator => page.locator(".litlab-Viewer:visible");

export const nodeOf = (viewer: Locator, name: string): Locator => viewer.getByRole("button", { name, exact: true });

/** Serious faults that axe finds in what is seen. */
export async function complaints(page: Page): Promise<unknown> {
  await page.evaluate(AXE);
  return page.evaluate(`axe.run(".lm-DockPanel-widget:not(.lm-mod-hidden) .litlab-Viewer").then(({ violations }) =>
    violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => [id, nodes.slice(0, 5).map(({ html, failureSummary }) => html.slice(0, 200) + failureSummary)]))`);
}

export async function useTheme(page: Page, theme: string): Promise<void> {
  await execute(page, "apputils:change-theme", { theme });
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: "attached" });
  await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
}

export const look = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(ROOT, `.cache/viewer-${name}.png`) });

/**
 * How large a share of a picture's pixels differs from its reference in pictures/; the page's is put into .cache/, so that it
 * can be looked at and take the reference's place. Fonts differ a little from machine to machine.
 */
export async function difference(element: Locator, name: string): Promise<number> {
  const picture = await element.screenshot({ animations: "disabled" });
  writeFileSync(join(ROOT, `.cache/viewer-picture-${name}.png`), picture);
  const [now, reference] = [PNG.sync.read(picture), PNG.sync.read(readFileSync(join(PICTURES, `${name}.png`)))];
  const { width, height } = reference;
  if (now.width !== width || now.height !== height) return 1;
  return pixelmatch(now.data, reference.data, undefined, width, height, { threshold: 0.2 }) / (width * height);
}
