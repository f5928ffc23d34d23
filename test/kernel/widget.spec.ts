import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type FolderLab, startFolderLab } from "../lab.js";
import { codeCell, openPage, picture, runCell } from "../lab-page.js";
import { notebookText } from "../notebook.js";
import { ROOT } from "../python.js";

/** The widget of docs/kernel.md. */
const COUNTER = /## Widgets[\s\S]*?```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "docs/kernel.md"), "utf8"))?.[1];

const SUM = "(bytes) => bytes.length + ' bytes, ' + bytes.reduce((sum, byte) => (sum * 31 + byte) % 1000003, 7)";
const SIZE = 300_000;
const toBrowser = Uint8Array.from({ length: SIZE }, (_, i) => i * 7);
const toKernel = Uint8Array.from({ length: SIZE }, (_, i) => i * 13);
const sum = (bytes: Uint8Array) =>
  `${bytes.length} bytes, ${bytes.reduce((all, byte) => (all * 31 + byte) % 1000003, 7)}`;

const BYTES = `
const sumOf: (bytes: Uint8Array) => string = ${SUM};
const samples = Uint8Array.from({ length: ${SIZE} }, (_, i) => i * 7);
const esm = \`export default {
  render({ model, el }) {
    const sumOf = ${SUM};
    const button = document.createElement("button");
    const show = () => {
      const { buffer, byteOffset, byteLength } = model.get("samples");
      button.textContent = "samples: " + sumOf(new Uint8Array(buffer, byteOffset, byteLength));
    };
    button.onclick = () => {
      model.set("samples", new DataView(Uint8Array.from({ length: ${SIZE} }, (_, i) => i * 13).buffer));
      model.save_changes();
    };
    model.on("change:samples", show);
    show();
    el.append(button);
  },
}\`;
const binary = comms.open(
  "jupyter.widget",
  { state: { ...state, _esm: esm }, buffer_paths: [["samples"]] },
  { metadata: { version: "2.1.0" }, buffers: [samples] },
);
let told = "nothing";
binary.onMessage = ({ data, buffers }) => {
  told = \`\${JSON.stringify(data.buffer_paths)} \${buffers.map(sumOf)}\`;
};
const binaryView = { version_major: 2, version_minor: 0, model_id: binary.id };
await display({ "application/vnd.jupyter.widget-view+json": binaryView, "text/plain": "bytes" }, { raw: true });
`;

const CELLS = [
  COUNTER ?? "",
  "state.value;",
  "update({ value: 10 });",
  BYTES,
  "told;",
  'binary.send({ method: "update", state: {}, buffer_paths: [["samples"]] }, { buffers: [samples.subarray(0, 1000)] });',
];

let lab: FolderLab;

beforeAll(async () => {
  // The kernelspecs of .venv first, the widgets' extensions of .venv-test behind them.
  const jupyterPath = [".venv", ".venv-test"].map((venv) => join(ROOT, venv, "share/jupyter")).join(":");
  lab = await startFolderLab({ name: "widgets", jupyterPath });
});

afterAll(() => lab?.close());

const result = (page: Page, index: number) =>
  codeCell(page, index).locator(".jp-OutputArea-executeResult .jp-OutputArea-output").innerText();

/** Opens a copy of the notebook. */
async function open(name: string): Promise<Page> {
  writeFileSync(join(lab.files, name), notebookText(CELLS));
  return (await openPage(lab, { notebook: name, height: 2000 })).page;
}

const counterOf = (page: Page) => page.getByRole("button", { name: /^clicked / });

test("a widget in the style of anywidget works both ways in JupyterLab", { timeout: 180_000 }, async () => {
  const page = await open("both-ways.ipynb");
  const counter = counterOf(page);
  const bytes = page.getByRole("button", { name: /^samples: / });

  await runCell(page, 0, 1);
  await expect.poll(() => counter.textContent()).toBe("clicked 0 times");
  for (const times of [1, 2, 3]) {
    await counter.click();
    await expect.poll(() => counter.textContent()).toBe(`clicked ${times} times`);
  }
  await runCell(page, 1, 2);
  await expect.poll(() => result(page, 1)).toBe("3");
  await runCell(page, 2, 3);
  await expect.poll(() => counter.textContent()).toBe("clicked 10 times");

  await runCell(page, 3, 4);
  await expect.poll(() => bytes.textContent()).toBe(`samples: ${sum(toBrowser)}`);
  await bytes.click();
  await expect.poll(() => bytes.textContent()).toBe(`samples: ${sum(toKernel)}`);
  await runCell(page, 4, 5);
  await expect.poll(() => result(page, 4)).toBe(`'[["samples"]] ${sum(toKernel)}'`);
  await runCell(page, 5, 6);
  await expect.poll(() => bytes.textContent()).toBe(`samples: ${sum(toBrowser.subarray(0, 1000))}`);

  expect(await page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count()).toBe(0);
  await picture(page, "widget");
});

test("a page that is opened later shows a widget as it is now", { timeout: 180_000 }, async () => {
  const page = await open("later.ipynb");
  const counter = counterOf(page);
  await runCell(page, 0, 1);
  await counter.click();
  await runCell(page, 2, 2);
  await expect.poll(() => counter.textContent()).toBe("clicked 10 times");
  await page.keyboard.press("Control+s");
  const saved = () =>
    JSON.parse(readFileSync(join(lab.files, "later.ipynb"), "utf8")) as { cells: { outputs: unknown[] }[] };
  await expect.poll(() => saved().cells[0]?.outputs.length).toBe(1);
  await page.reload();
  await counter.waitFor();
  await expect.poll(() => counter.textContent()).toBe("clicked 10 times");
});
