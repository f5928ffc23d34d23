import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFailed, test } from "vitest";
import { makeDemoHome } from "../demo-home.js";
import { type Lab, startLab } from "../lab.js";
import { notebookText } from "../notebook.js";
import { ROOT } from "../python.js";

let demo: Awaited<ReturnType<typeof makeDemoHome>>;
let lab: Lab;
let folder: string;

const INTERACTIVE = ['let price = 41;\nconsole.log("started");\nwhile (true);', "price + 1;", ""];

/** What a saved notebook's code cells have. */
async function saved(name: string) {
  const { cells } = JSON.parse(await readFile(join(folder, name), "utf8")) as {
    cells: { cell_type: string; execution_count: number | null; outputs: { output_type: string }[] }[];
  };
  return cells.filter((cell) => cell.cell_type === "code");
}

beforeAll(async () => {
  demo = await makeDemoHome();
  // A copy, so that saving the outputs leaves the checkout as it is; beside the checkout's node_modules, which it imports.
  folder = await mkdtemp(join(ROOT, ".cache", "notebooks-"));
  await cp(join(ROOT, "notebooks"), folder, { recursive: true });
  await writeFile(join(folder, "interactive.ipynb"), notebookText(INTERACTIVE));
  await symlink(join(ROOT, "cli"), join(ROOT, ".cache", "cli")).catch(() => {});
  const options = [`--ServerApp.root_dir=${folder}`, "--IdentityProvider.token="];
  const own = ["--no-browser", "--home", demo.home];
  lab = await startLab((port) => [
    process.execPath,
    "scripts/lab.mjs",
    ...own,
    "--port",
    String(port),
    "--",
    ...options,
  ]);
});

afterAll(async () => {
  await lab?.close();
  await rm(folder, { recursive: true, force: true });
  await demo?.remove();
});

test("JupyterLab offers TypeScript (Lit Lab) first, with its logo, and starts it in a new notebook", async () => {
  const page = await lab.browser.newPage({ viewport: { width: 1400, height: 1000 } });
  await page.goto(`${lab.address}?reset`);
  const card = page.locator(".jp-Launcher-section").first().locator(".jp-LauncherCard").first();
  await card.waitFor();
  expect(await card.locator(".jp-LauncherCard-label").textContent()).toBe("TypeScript (Lit Lab)");
  const width = () => card.locator("img").evaluate((image) => (image as HTMLImageElement).naturalWidth);
  await expect.poll(width).toBeGreaterThan(0);
  await page.getByRole("menuitem", { name: "File", exact: true }).click();
  await page.locator(".lm-Menu-item[data-type=submenu]", { hasText: "New" }).first().hover();
  await page.locator(".lm-Menu-item[data-command='notebook:create-new']").first().click();
  await page.locator(".jp-NotebookPanel").getByText("TypeScript (Lit Lab)").waitFor();
  expect(await page.locator(".jp-Dialog").count()).toBe(0);
  await page.close();
});

test("01-first-look.ipynb runs in JupyterLab in a browser", { timeout: 300_000 }, async () => {
  const page = await lab.browser.newPage({ viewport: { width: 1280, height: 1000 } });
  onTestFailed(() => page.screenshot({ path: join(ROOT, ".cache/browser-failed.png") }).then(() => {}));
  await page.goto(`${lab.address}/tree/01-first-look.ipynb?reset`);
  const notebook = page.locator(".jp-NotebookPanel");
  await page.locator("#jp-main-statusbar").getByText("TypeScript (Lit Lab) | Idle").waitFor();
  await page.getByRole("menuitem", { name: "Run", exact: true }).click();
  await page.getByRole("menuitem", { name: "Run All Cells", exact: true }).click();
  const prompts = () => notebook.locator(".jp-CodeCell .jp-InputPrompt").allTextContents();
  await expect.poll(prompts, { timeout: 120_000 }).toEqual(Array.from({ length: 12 }, (_, i) => `[${i + 1}]:`));
  expect(await notebook.locator("[data-mime-type='application/vnd.jupyter.stderr']").count()).toBe(0);
  expect(await notebook.getByText("dense_40c93684-299b-41df-b233-912a47954a84_0").count()).toBeGreaterThan(0);
  for (const picture of [".js-plotly-plot", ".vega-embed"]) {
    await notebook.locator(picture).first().scrollIntoViewIfNeeded();
    await notebook.locator(picture).first().waitFor({ state: "visible" });
  }
  const pictures = notebook.locator(".jp-OutputArea-output", { has: page.locator("img, canvas, .js-plotly-plot") });
  expect(await pictures.count()).toBeGreaterThan(1);
  for (const output of await pictures.all())
    expect(await output.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBe(0);
  await page.screenshot({ path: join(ROOT, ".cache/browser.png") });
  await page.keyboard.press("Control+s");
  const counts = async () => (await saved("01-first-look.ipynb")).map((cell) => cell.execution_count);
  await expect.poll(counts).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
  const results = (await saved("01-first-look.ipynb")).flatMap(({ execution_count, outputs }) =>
    outputs.some(({ output_type }) => output_type === "execute_result") ? [execution_count] : [],
  );
  const shown = await notebook.locator(".jp-OutputArea-executeResult .jp-OutputPrompt").allTextContents();
  expect(shown).toEqual(results.map((count) => `[${count}]:`));
  await page.close();
});

test("interrupts end an endless cell; TAB and Shift+TAB give TypeScript's answers", { timeout: 180_000 }, async () => {
  const page = await lab.browser.newPage({ viewport: { width: 1400, height: 1000 } });
  onTestFailed(() => page.screenshot({ path: join(ROOT, ".cache/browser-failed.png") }).then(() => {}));
  await page.goto(`${lab.address}/tree/interactive.ipynb?reset`);
  await page.locator("#jp-main-statusbar").getByText("TypeScript (Lit Lab) | Idle").waitFor();
  const cell = (index: number) => page.locator(".jp-NotebookPanel .jp-CodeCell").nth(index);
  const run = async (index: number) => {
    await cell(index).locator(".jp-InputPrompt").click();
    await page.keyboard.press("Shift+Enter");
  };
  const ends = {
    menu: async () => {
      await page.getByRole("menuitem", { name: "Kernel", exact: true }).click();
      await page.getByRole("menuitem", { name: "Interrupt Kernel" }).click();
    },
    toolbar: () => page.locator(".jp-NotebookPanel-toolbar [data-jp-item-name='interrupt']").click(),
  };
  let count = 0;
  for (const end of Object.values(ends)) {
    await run(0);
    await cell(0).locator(".jp-InputPrompt").getByText("[*]:").waitFor();
    await cell(0).getByText("started", { exact: true }).waitFor();
    await end();
    await cell(0)
      .locator(".jp-OutputArea-output", { hasText: /^Interrupted: / })
      .waitFor();
    await cell(0).locator(".jp-InputPrompt").getByText(`[${++count}]:`).waitFor();
    await run(1);
    await cell(1).locator(".jp-OutputPrompt").getByText(`[${++count}]:`).waitFor();
    expect(await cell(1).locator(".jp-OutputArea-executeResult .jp-OutputArea-output").innerText()).toBe("42");
  }

  await cell(2).locator(".cm-content").click();
  await page.keyboard.type("price.to");
  await page.keyboard.press("Tab");
  const completer = page.locator(".jp-Completer:not(.lm-mod-hidden)");
  await completer.locator(".jp-Completer-item").first().waitFor();
  const texts = (part: string) => completer.locator(`.jp-Completer-item .jp-Completer-${part}`).allInnerTexts();
  expect(await texts("match")).toEqual(["toExponential", "toFixed", "toLocaleString", "toPrecision", "toString"]);
  expect(await texts("typeExtended")).toEqual(Array(5).fill("method"));
  await page.screenshot({ path: join(ROOT, ".cache/browser-completion.png") });
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.keyboard.type("(");
  await page.keyboard.press("Shift+Tab");
  const tooltip = page.locator(".jp-Tooltip");
  await tooltip.waitFor();
  await page.screenshot({ path: join(ROOT, ".cache/browser-tooltip.png") });
  expect(await tooltip.innerText()).toMatch(
    /^toFixed\(fractionDigits\?: number\): string\n+Returns a string representing a number in fixed-point notation\./,
  );
  await page.close();
});
