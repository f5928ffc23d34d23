import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { VaultItem } from "@litlab/sdk";
import { SERVICE_SESSION } from "@litlab/sdk/rpc";
import Database from "libsql";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DemoLab, type Lab, startDemoLab, startFolderLab } from "../lab.js";
import { complaints, type LabPage, openPage, type PageOptions, picture, useTheme } from "../lab-page.js";
import { ROOT } from "../python.js";
import { expectPicture } from "./pictures.js";

const TEAM = "contoso";
const HOSTILE = "<img src=x onerror=alert(1)>";
const SIDEBAR = "#litlab-vault";

let lab: DemoLab;

beforeAll(async () => {
  lab = await startDemoLab("sidebar");
  process.env.LIT_HOME = lab.home;
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "spy_e1.keras"));
  writeFileSync(join(lab.files, "bad.h5"), "no model");
});

afterAll(() => lab?.close());

/** Opens the sidebar in a page of its own. */
async function open(lab: Lab, options: PageOptions = {}): Promise<LabPage & { vault: Locator }> {
  const opened = await openPage(lab, { width: 1200, height: 900, ...options });
  await opened.page.getByRole("tab", { name: "Vault" }).click();
  return { ...opened, vault: opened.page.getByRole("region", { name: "Vault" }) };
}

const item = (vault: Locator, name: string) =>
  vault.getByRole("tree", { name: "Items" }).getByRole("treeitem", { name, exact: false });

const focused = (page: Page): Promise<string | null> =>
  page.evaluate(`document.activeElement?.getAttribute("data-name") ?? null`);

const names = (vault: Locator): Promise<(string | null)[]> =>
  vault
    .getByRole("tree", { name: "Items" })
    .getByRole("treeitem")
    .evaluateAll((rows: { dataset: { name?: string } }[]) => rows.map(({ dataset }) => dataset.name ?? null));

/** As a person drops a file from the computer's desktop. */
const drop = (vault: Locator, name: string, bytes: Buffer): Promise<void> =>
  vault.evaluate(
    (node: EventTarget, { name, data }) => {
      const { DataTransfer, DragEvent, File, atob } = globalThis as unknown as Window & typeof globalThis;
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
      transfer.items.add(new File([bytes], name));
      for (const type of ["dragenter", "dragover", "drop"])
        node.dispatchEvent(new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    { name, data: bytes.toString("base64") },
  );

/** WCAG's contrast between a text and what is behind it. */
const contrast = (text: Locator): Promise<number> =>
  text.evaluate((element) => {
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const luminance = (colour: string) => {
      const [red = 0, green = 0, blue = 0] = channels(colour).map((value) =>
        value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    let behind: Element | null = element;
    while (behind && channels(getComputedStyle(behind).backgroundColor)[3] === 0) behind = behind.parentElement;
    const sides = [getComputedStyle(element).color, getComputedStyle(behind ?? document.body).backgroundColor];
    const [dark = 0, light = 0] = sides.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  });

/** The service's process, by its kernel's connection file. */
async function servicePid({ address }: Lab): Promise<number> {
  const sessions = (await (await fetch(address.replace(/lab$/, "api/sessions"))).json()) as {
    path: string;
    kernel: { id: string };
  }[];
  const ours = sessions.filter(({ path }) => path === SERVICE_SESSION.path);
  expect(ours).toHaveLength(1);
  const kernel = `kernel-${ours[0]?.kernel.id}.json`;
  const line = execFileSync("ps", ["-axww", "-o", "pid=,command="], { encoding: "utf8" })
    .split("\n")
    .find((process) => process.includes(kernel));
  return Number.parseInt(line ?? "", 10);
}

test("an item is found, renamed in place and opened, by keyboard alone", { timeout: 120_000 }, async () => {
  const { page, vault, problems } = await open(lab);
  await item(vault, "spy_e1").waitFor();
  await item(vault, "spy_e1").click();
  const details = vault.getByRole("region", { name: "Details" });
  await details.getByText("dateAdded").waitFor();
  const dates = vault.getByText(/^20\d\d-\d\d-\d\d$/);
  await expectPicture(vault, "sidebar-light", [details, dates]);
  expect(await complaints(page, SIDEBAR)).toEqual([]);
  await useTheme(page, "JupyterLab Dark");
  expect(await complaints(page, SIDEBAR)).toEqual([]);
  await expectPicture(vault, "sidebar-dark", [details, dates]);
  await useTheme(page, "JupyterLab Dark High Contrast");
  expect(await complaints(page, SIDEBAR)).toEqual([]);

  const box = vault.getByRole("textbox", { name: "New name of spy_e1" });
  await item(vault, "spy_e1").focus();
  await page.keyboard.press("F2");
  await page.keyboard.type(HOSTILE);
  await page.keyboard.press("Enter");
  await vault.getByRole("alert").waitFor();
  expect(await vault.getByRole("alert").textContent()).toContain(HOSTILE);
  expect(await vault.locator("img").count()).toBe(0);
  // axe leaves out what stands in a list that scrolls.
  expect(await contrast(vault.getByRole("alert"))).toBeGreaterThan(4.5);
  expect(await complaints(page, SIDEBAR)).toEqual([]);
  await picture(page, "sidebar-refused");
  await page.keyboard.press("Escape");
  await box.waitFor({ state: "detached" });
  expect(await focused(page)).toBe("spy_e1");

  await page.keyboard.press("F2");
  await page.keyboard.type("first");
  await page.keyboard.press("Enter");
  await item(vault, "first").waitFor();
  await expect.poll(() => focused(page)).toBe("first");
  expect(await new VaultItem(TEAM, "first").details).toMatchObject({ name: "first" });

  await page.keyboard.press("Enter");
  await page.getByRole("main").getByRole("tab", { name: "first" }).waitFor();
  await item(vault, "first").click();
  await page.keyboard.press("ContextMenu");
  await picture(page, "sidebar-menu");
  await page.getByRole("menuitem", { name: "Rename…" }).click();
  await page.keyboard.type("spy_e1");
  await page.keyboard.press("Enter");
  await item(vault, "spy_e1").waitFor();
  expect(problems).toEqual([]);
});

test("a double click opens what it began on, whatever is selected", { timeout: 120_000 }, async () => {
  const { page, vault, problems } = await open(lab);
  const tab = (name: string) => page.getByRole("main").getByRole("tab", { name });
  const row = (list: string, name: string) => vault.getByRole("tree", { name: list }).getByRole("treeitem", { name });
  await row("Assets", "schema_demo").dblclick();
  await tab("schema_demo").waitFor();
  await item(vault, "spy_e1").click();
  await vault.getByRole("region", { name: "Details" }).getByText("dateAdded").waitFor();
  await row("Canvases", "demo").dblclick();
  await tab("demo.canvas.json").waitFor();
  await vault.getByRole("region", { name: "Details" }).getByText("Changed on").waitFor();
  await picture(page, "sidebar-canvas");
  expect(problems).toEqual([]);
});

test("a model comes from the file browser's menu and the computer, under another name if need be", {
  timeout: 120_000,
}, async () => {
  const { page, vault, problems } = await open(lab);
  await item(vault, "spy_e1").waitFor();
  const browser = page.getByRole("tab", { name: /File Browser/ });
  const fromBrowser = async (name: string): Promise<void> => {
    await browser.click();
    await page.locator(".jp-DirListing-item", { hasText: name }).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Import into the Vault" }).click();
  };
  await fromBrowser("spy_e1.keras");
  const imports = vault.getByRole("list", { name: "Imports" });
  await imports.getByRole("alert").getByText("name already exists").waitFor();
  expect(await complaints(page, SIDEBAR)).toEqual([]);
  await picture(page, "sidebar-duplicate");
  await imports.getByRole("textbox", { name: "Name for spy_e1.keras" }).fill("copy");
  await page.keyboard.press("Enter");
  await item(vault, "copy").waitFor();
  await imports.waitFor({ state: "detached" });
  expect(await new VaultItem(TEAM, "copy").details).toMatchObject({ name: "copy", model: "spy_e1.keras" });
  // Only what was drawn on a canvas has one to open.
  const entriesOf = async (name: string): Promise<string[]> => {
    await item(vault, name).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Open Model" }).waitFor();
    const entries = await page.getByRole("menuitem", { name: /^Open/ }).locator(".lm-Menu-itemLabel").allTextContents();
    await page.keyboard.press("Escape");
    return entries;
  };
  expect(await entriesOf("copy")).toEqual(["Open", "Open Model"]);
  expect(await entriesOf("spy_e1")).toEqual(["Open", "Open Model", "Open Canvas"]);

  await fromBrowser("bad.h5");
  await imports.getByRole("alert").getByText("bad.h5").waitFor();
  await picture(page, "sidebar-bad");
  await imports.getByRole("button", { name: "Dismiss" }).click();
  await imports.waitFor({ state: "detached" });

  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    vault.getByRole("button", { name: "Import a Model from This Computer" }).click(),
  ]);
  const bytes = readFileSync(join(ROOT, "cli/demo/spy_e1.keras"));
  await chooser.setFiles({ name: "from_here.keras", mimeType: "application/zip", buffer: bytes });
  await item(vault, "from_here").waitFor();
  await expect.poll(() => item(vault, "from_here").getAttribute("aria-selected")).toBe("true");

  await drop(vault, "dropped.keras", bytes);
  await item(vault, "dropped").waitFor();
  expect(problems).toEqual([]);
});

test("what is dropped and is no model says why", { timeout: 120_000 }, async () => {
  const { page, vault, problems } = await open(lab);
  await item(vault, "spy_e1").waitFor();
  const imports = vault.getByRole("list", { name: "Imports" });
  // No name makes a model of it.
  await drop(vault, "notes.txt", Buffer.from("no model"));
  await imports.getByRole("alert").getByText("This is no model: a .keras or .h5 file is needed.").waitFor();
  expect(await imports.getByRole("textbox").count()).toBe(0);
  expect(await imports.getByRole("button").allTextContents()).toEqual(["Dismiss"]);
  expect(await complaints(page, SIDEBAR)).toEqual([]);
  await picture(page, "sidebar-no-model");
  await imports.getByRole("button", { name: "Dismiss" }).click();
  await imports.waitFor({ state: "detached" });
  expect(problems).toEqual([]);
});

test("a model is picked from the server's files, and dropped from the file browser", { timeout: 120_000 }, async () => {
  const { page, vault, problems } = await open(lab);
  await item(vault, "spy_e1").waitFor();
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "picked.keras"));
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "dragged.keras"));
  await vault.getByRole("button", { name: "Import a Model…", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.locator(".jp-DirListing-item", { hasText: "picked.keras" }).click();
  await dialog.getByRole("button", { name: "Select" }).click();
  await item(vault, "picked").waitFor();

  // Side by side, as a person has them who drags.
  await page.getByRole("tab", { name: "Vault" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Switch Sidebar Side" }).click();
  await page.getByRole("tab", { name: /File Browser/ }).click();
  if (!(await vault.isVisible())) await page.getByRole("tab", { name: "Vault" }).click();
  const file = page.locator(".jp-DirListing-item", { hasText: "dragged.keras" });
  const [from, to] = [await file.boundingBox(), await vault.boundingBox()];
  if (!from || !to) throw new Error("file browser and vault are not both there");
  await page.mouse.move(from.x + 30, from.y + from.height / 2);
  await page.mouse.down();
  await page.mouse.move(from.x + 60, from.y + 60, { steps: 5 });
  await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 5 });
  await picture(page, "sidebar-drop");
  await page.mouse.up();
  await item(vault, "dragged").waitFor();
  await file.waitFor();
  await page.getByRole("tab", { name: "Vault" }).click({ button: "right" });
  await page.getByRole("menuitem", { name: "Switch Sidebar Side" }).click();
  expect(problems).toEqual([]);
});

test("an import says how far it is, in the page's language", { timeout: 120_000 }, async () => {
  const translations = {
    "Reading the model…": "Liest das Modell…",
    "Reading weights…": "Liest Gewichte…",
    "Importing…": "Importiert…",
  };
  const { page, vault, problems } = await open(lab, { translations, isPaced: true });
  await item(vault, "spy_e1").waitFor();
  await vault.evaluate((node: Node) => {
    const { MutationObserver } = globalThis as unknown as Window & typeof globalThis;
    const said = new Set<string>();
    Object.assign(globalThis, { said });
    new MutationObserver(() => {
      const message = (node as Element).querySelector(".litlab-Import-message")?.textContent;
      if (message) said.add(message);
    }).observe(node, { subtree: true, childList: true, characterData: true });
  });
  copyFileSync(join(ROOT, "cli/demo/spy_e1.keras"), join(lab.files, "imported.keras"));
  await page.evaluate(`window.jupyterapp.commands.execute("litlab:import-model", { path: "imported.keras" })`);
  await item(vault, "imported").waitFor();
  expect(await page.evaluate("[...said]")).toEqual(["Importiert…", "Liest das Modell…", "Liest Gewichte…"]);
  expect(problems).toEqual([]);
});

test("pages agree, also about what another process does", { timeout: 120_000 }, async () => {
  const [first, second] = await Promise.all([open(lab), open(lab)]);
  await item(first.vault, "spy_e1").click();
  await item(second.vault, "spy_e1").waitFor();
  await servicePid(lab); // one service for both
  await first.page.keyboard.press("F2");
  await first.page.keyboard.type("agreed");
  await first.page.keyboard.press("Enter");
  await item(second.vault, "agreed").waitFor();
  expect(await new VaultItem(TEAM, "agreed").rename("spy_e1")).toMatchObject({ status: "SUCCESS" });
  await item(first.vault, "spy_e1").waitFor();
  await item(second.vault, "spy_e1").waitFor();
  expect([...first.problems, ...second.problems]).toEqual([]);
});

/** A page where an item's new name is typed in but not sent, and its service's process. */
async function typeName(name: string) {
  const opened = await open(lab);
  await item(opened.vault, "spy_e1").click();
  const pid = await servicePid(lab);
  await opened.page.keyboard.press("F2");
  await opened.page.keyboard.type(name);
  return { ...opened, pid };
}

test("a service that is killed in the middle of a rename comes back, and says that it was lost", {
  timeout: 120_000,
}, async () => {
  const { page, vault, problems, pid } = await typeName("survivor");
  process.kill(pid, "SIGSTOP");
  await page.keyboard.press("Enter");
  await vault.locator("input[aria-busy=true]").waitFor();
  process.kill(pid, "SIGKILL");
  await vault.getByRole("alert").getByText("was lost meanwhile").waitFor({ timeout: 30_000 });
  await picture(page, "sidebar-lost");
  const starting = vault.getByRole("status").filter({ hasText: "Starting" });
  await starting.waitFor({ state: "detached", timeout: 30_000 });
  expect(await new VaultItem(TEAM, "spy_e1").details).toMatchObject({ name: "spy_e1" });
  await page.keyboard.press("Enter");
  await item(vault, "survivor").waitFor();
  await new VaultItem(TEAM, "survivor").rename("spy_e1");
  await item(vault, "spy_e1").waitFor();
  expect(await servicePid(lab)).not.toBe(pid);
  expect(problems).toEqual([]);
});

test("what was said to a service that was killed before it heard is lost, and the next says that it does not know it", {
  timeout: 120_000,
}, async () => {
  const { page, vault, problems, pid } = await typeName("unheard");
  process.kill(pid, "SIGKILL");
  await page.keyboard.press("Enter"); // ZeroMQ keeps it for the next process at that port
  await vault.getByRole("alert").getByText("was lost meanwhile").waitFor({ timeout: 30_000 });
  const starting = vault.getByRole("status").filter({ hasText: "Starting" });
  await starting.waitFor({ state: "detached", timeout: 30_000 });
  expect(await new VaultItem(TEAM, "spy_e1").details).toMatchObject({ name: "spy_e1" });
  expect(problems).toEqual([]);
});

test("10,000 items open, are filtered and are walked through at once", { timeout: 180_000 }, async () => {
  const database = new Database(join(lab.home, TEAM, "catalogue.sqlite"));
  database.exec(`insert into items (name, blob, model, host, dateAdded, value, color, inputs, outputs)
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 10000)
    select printf('many_%05d', n), blob, printf('model.%d.keras', n), 'here',
      printf('2024-%02d-%02d 10:00:00.000000+00:00', 1 + n % 12, 1 + n % 28), n / 7.0, '#3b82f6', inputs, outputs
    from numbers, (select * from items where name = 'spy_e1')`);
  database.close();
  const { page, vault, problems } = await open(lab);
  await item(vault, "many_00001").waitFor();
  await picture(page, "sidebar-many");

  await item(vault, "many_00001").click();
  await page.keyboard.press("End");
  await expect.poll(() => focused(page)).toBe("spy_e1");
  await page.keyboard.press("ArrowUp");
  await expect.poll(() => focused(page)).toMatch(/^(picked|many_10000)$/);
  await page.keyboard.type("many_07");
  await expect.poll(() => focused(page)).toBe("many_07000");
  await page.keyboard.press("Home");
  expect(await vault.getByRole("tree", { name: "Items" }).getByRole("treeitem").count()).toBeLessThan(100);

  const filter = vault.getByRole("searchbox", { name: "Filter the vault" });
  await filter.click();
  await page.keyboard.type("777");
  const many = Array.from({ length: 10_000 }, (_, i) => `many_${String(i + 1).padStart(5, "0")}`);
  await expect.poll(() => names(vault)).toEqual(many.filter((name) => name.includes("777")));
  await picture(page, "sidebar-filtered");
  await vault.getByRole("button", { name: "Value" }).click();
  await filter.fill("many 2024-06-0");
  await expect.poll(async () => (await names(vault))[0]).toMatch(/^many_0(9|10)/);
  await filter.fill("nowhere to be found");
  await vault.getByText("Nothing in the vault matches “nowhere to be found”.").waitFor();
  await picture(page, "sidebar-nothing");
  expect(await complaints(page, SIDEBAR)).toEqual([]);
  await vault.getByRole("button", { name: "Clear the Filter" }).click();
  // What was selected stays in view, also where the sort has put it: without a value, so below all values.
  const selected = vault.getByRole("tree", { name: "Items" }).locator("[aria-selected=true]");
  await selected.waitFor();
  await item(vault, "many_00001").waitFor();
  await vault.getByRole("button", { name: /^Name/ }).click();
  await item(vault, "many_00002").waitFor();
  expect(await selected.isVisible()).toBe(true);
  expect(problems).toEqual([]);
});

test("without a kernel or a team the sidebar says what to do", { timeout: 180_000 }, async () => {
  const share = join(lab.folder, "share");
  const kernel = join(share, "kernels/litlab/kernel.json");
  mkdirSync(dirname(kernel), { recursive: true });
  symlinkSync(join(ROOT, ".venv/share/jupyter/labextensions"), join(share, "labextensions"));
  writeFileSync(kernel, JSON.stringify({ argv: ["false"], display_name: "Broken", language: "typescript" }));
  const bare = await startFolderLab({
    name: "sidebar-bare",
    home: join(lab.folder, "no-home"),
    jupyterPath: share,
  });
  try {
    const { page, vault } = await open(bare);
    await vault.getByRole("alert").getByText("The vault’s service does not answer.").waitFor({ timeout: 60_000 });
    await picture(page, "sidebar-failed");
    expect(await complaints(page, SIDEBAR)).toEqual([]);
    copyFileSync(join(ROOT, ".venv/share/jupyter/kernels/litlab/kernel.json"), kernel);
    // Jupyter starts the broken one a few times more before it gives up.
    const retry = vault.getByRole("button", { name: "Retry" });
    const noTeam = vault.getByText("There is no team in the vault’s home yet.");
    const proceed = async (): Promise<boolean> => {
      if (await retry.isVisible()) await retry.click();
      return noTeam.isVisible();
    };
    await expect.poll(proceed, { timeout: 60_000, interval: 500 }).toBe(true);
    await picture(page, "sidebar-no-teams");
    expect(await complaints(page, SIDEBAR)).toEqual([]);
  } finally {
    await bare.close();
  }
});
