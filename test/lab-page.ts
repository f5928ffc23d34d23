import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { AxeResults } from "axe-core";
import type { Locator, Page, WebSocketRoute } from "playwright-core";
import { onTestFinished } from "vitest";
import type { Lab } from "./lab.js";
import { ROOT } from "./python.js";
import { type Translations, translate } from "./translate.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface PageOptions {
  readonly notebook?: string;
  readonly width?: number;
  readonly height?: number;
  readonly translations?: Translations;
  /** Has what the server sends arrive apart, so that the page shows each of it however busy the machine is. */
  readonly isPaced?: boolean;
}

export interface LabPage {
  readonly page: Page;
  /** The console's errors, and what dialogs of scripts say. */
  readonly problems: string[];
}

let failed = 0;

/**
 * A page of a lab's browser until the test ends. One that fails leaves a picture of it in `.cache/`.
 * @param path what comes behind the lab's address
 */
export async function newPage(
  { address, browser }: Lab,
  path: string,
  viewport: { readonly width: number; readonly height: number },
  { translations = {}, isPaced = false }: Pick<PageOptions, "translations" | "isPaced"> = {},
): Promise<LabPage> {
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(60_000);
  onTestFinished(async ({ task }) => {
    if (task.result?.state === "fail") await picture(page, `failed-${task.name.replaceAll(/\W+/g, "-")}-${++failed}`);
    await page.close();
  });
  const problems: string[] = [];
  watch(page, problems);
  await translate(page, translations);
  if (isPaced) await page.routeWebSocket(/\/channels/, pace);
  await page.goto(address + path);
  return { page, problems };
}

/** Passes on what a socket is sent 150 ms apart. */
function pace(socket: WebSocketRoute): void {
  const server = socket.connectToServer();
  let last = Promise.resolve();
  server.onMessage((message) => {
    last = last.then(async () => {
      socket.send(message);
      await setTimeout(150);
    });
  });
}

/** Notes a page's problems, and those of the pages that it opens. */
function watch(page: Page, problems: string[]): void {
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("dialog", (dialog) => {
    if (dialog.type() !== "beforeunload") problems.push(`a dialog says ${dialog.message()}`);
    void dialog.accept();
  });
  page.on("popup", (other) => watch(other, problems));
}

/** A fresh page of JupyterLab, at a notebook of it with its kernel if there is one, else at the launcher. */
export async function openPage(
  lab: Lab,
  { notebook, width = 1400, height = 1000, ...options }: PageOptions = {},
): Promise<LabPage> {
  const path = notebook === undefined ? "?reset" : `/tree/${notebook}?reset`;
  const opened = await newPage(lab, path, { width, height }, options);
  if (notebook !== undefined) await kernelIdle(opened.page);
  // JupyterLab gives it the focus once, some time after the page is there: keys that are typed before go astray.
  else await opened.page.locator(".jp-Launcher:focus").waitFor({ state: "attached" });
  return opened;
}

/** Waits until the kernel of the notebook that is in front has nothing to do. */
export const kernelIdle = (page: Page): Promise<void> =>
  page.locator("#jp-main-statusbar").getByText("TypeScript (Lit Lab) | Idle").waitFor();

export const picture = (page: Page, name: string): Promise<unknown> =>
  page.screenshot({ path: join(ROOT, `.cache/${name}.png`) });

/** Runs a command of JupyterLab. */
export const execute = (page: Page, command: string, args: Record<string, string> = {}): Promise<unknown> =>
  page.evaluate(
    `window.jupyterapp.commands.execute(${JSON.stringify(command)}, ${JSON.stringify(args)}).then(() => null)`,
  );

export async function useTheme(page: Page, theme: string): Promise<void> {
  await execute(page, "apputils:change-theme", { theme });
  await page.locator(`body[data-jp-theme-name="${theme}"]`).waitFor({ state: "attached" });
  await page.locator("#jupyterlab-splash").waitFor({ state: "detached" });
}

/** What axe finds in a part of the page that keeps people out. */
export async function complaints(page: Page, selector: string): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate(`axe.run(${JSON.stringify(selector)})`)) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
    );
}

/** A code cell of the notebook that is in front. */
export const codeCell = (page: Page, index: number): Locator =>
  page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell").nth(index);

/** Runs a cell as a person does, until it is the kernel's `count`th. */
export async function runCell(page: Page, index: number, count: number): Promise<void> {
  const prompt = codeCell(page, index).locator(".jp-InputPrompt");
  await prompt.click();
  await page.keyboard.press("Shift+Enter");
  await prompt.getByText(`[${count}]:`).waitFor();
}
