/** The extension in JupyterLab: what it adds to the start, when items and canvases are there, and how smoothly they move. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Database from "libsql";
import { chromium } from "playwright-core";
import { runLogged } from "../scripts/steps.mjs";
import { bench } from "./harness.mjs";

const ITEMS = 10_000;
const NODES = 200;
const folder = mkdtempSync(join(tmpdir(), "litlab-bench-"));
const home = join(folder, "home");

/** A demo home whose team has many items more, which share one model's file. */
async function makeHome() {
  const { code, file } = await runLogged("demo", process.execPath, ["cli/bin/litlab.mjs", "demo", home]);
  if (code !== 0) throw new Error(`the demo home cannot be made, all of it in ${file}`);
  const database = new Database(join(home, "contoso/catalogue.sqlite"));
  database.exec(`insert into items (name, blob, model, host, dateAdded, value, color, inputs, outputs)
    with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${ITEMS})
    select printf('many_%05d', n), blob, printf('model.%d.keras', n), 'here',
      printf('2024-%02d-%02d 10:00:00.000000+00:00', 1 + n % 12, 1 + n % 28), n / 7.0, '#3b82f6', inputs, outputs
    from numbers, (select * from items where name = 'spy_e1')`);
  database.close();
}

/** A canvas of dense layers in rows of eight, each fed by two of the row before; no positions, so it is laid out. */
function largeCanvas() {
  const ids = Array.from({ length: NODES }, (_, i) => `n${i}`);
  const nodes = ids.map((id, i) =>
    i < 8
      ? { id, type: "input", settings: { features: ["100_1_min"] } }
      : { id, type: "dense", settings: { units: 16 + (i % 7) } },
  );
  const edges = ids.flatMap((to, i) =>
    i < 8 ? [] : [ids[i - 8], ids[i - 8 + (i % 8 === 7 ? -1 : 1)]].map((from) => ({ from, to })),
  );
  return JSON.stringify({ version: 1, nodes, edges });
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** A JupyterLab with or without the extension. */
async function startLab(name, disabled) {
  const port = await freePort();
  const config = join(folder, `${name}-config`);
  mkdirSync(join(config, "labconfig"), { recursive: true });
  const page = { disabledExtensions: disabled ? { "@litlab/labextension": true } : {} };
  writeFileSync(join(config, "labconfig/page_config.json"), JSON.stringify(page));
  const root = join(folder, name);
  mkdirSync(root);
  writeFileSync(join(root, "large.canvas.json"), largeCanvas());
  const options = ["--no-browser", "--allow-root", `--port=${port}`, `--ServerApp.root_dir=${root}`];
  const open = ["--IdentityProvider.token=", "--LabApp.expose_app_in_browser=True"];
  const server = spawn(resolve(".venv/bin/jupyter"), ["lab", ...options, ...open], {
    env: {
      ...process.env,
      JUPYTER_PATH: resolve(".venv/share/jupyter"),
      JUPYTER_CONFIG_DIR: config,
      XDG_STATE_HOME: join(folder, `${name}-state`),
      LIT_HOME: home,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  for await (const text of server.stderr) {
    log += text;
    if (log.includes(`:${port}/lab`)) break;
  }
  if (server.exitCode !== null) throw new Error(`JupyterLab ended\n${log}`);
  const address = `http://127.0.0.1:${port}`;
  const end = async () => {
    server.kill("SIGTERM");
    await once(server, "exit");
  };
  return { address, end };
}

const clients = new WeakMap();

/** What a page has cost since it was opened: ms of its main thread, MB of its heap. */
async function costOf(page) {
  const { metrics } = await clients.get(page).send("Performance.getMetrics");
  const metric = (name) => metrics.find((one) => one.name === name).value;
  return { cpuMs: metric("TaskDuration") * 1000, peakMb: metric("JSHeapUsedSize") / 2 ** 20 };
}

async function openPage({ address }) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
  const client = await page.context().newCDPSession(page);
  await client.send("Performance.enable");
  clients.set(page, client);
  await page.goto(`${address}/lab?reset`);
  await page.waitForFunction("window.jupyterapp?.restored.then(() => true)");
  return page;
}

/** From the page's address until JupyterLab has restored its layout. */
const start = (lab) => async () => {
  const begin = performance.now();
  const page = await openPage(lab);
  const wallMs = performance.now() - begin;
  const cost = await costOf(page);
  await page.close();
  return { ...cost, wallMs };
};

/** Runs a step in a page: the main thread's time for it. */
async function measured(page, step) {
  const { cpuMs: before } = await costOf(page);
  const begin = performance.now();
  const wallMs = (await step()) ?? performance.now() - begin;
  const { cpuMs, peakMb } = await costOf(page);
  return { cpuMs: cpuMs - before, wallMs, peakMb };
}

/** From the press on the vault's tab until the first of the items is painted, as the page sees it. */
const firstItem = (lab, isCold) => async () => {
  if (isCold) {
    const sessions = await (await fetch(`${lab.address}/api/sessions`)).json();
    for (const { id } of sessions) await fetch(`${lab.address}/api/sessions/${id}`, { method: "DELETE" });
  }
  const page = await openPage(lab);
  // JupyterLab goes on with its own start for a while.
  await page.waitForLoadState("networkidle");
  await page.evaluate(`void (window.painted = new Promise((resolve) => addEventListener("pointerdown", () => {
    const begin = performance.now();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(performance.now() - begin);
    new MutationObserver((_, observer) => {
      if (!document.querySelector('.litlab-Row[data-name="many_00001"]')) return;
      observer.disconnect();
      requestAnimationFrame(() => port2.postMessage(null));
    }).observe(document.body, { childList: true, subtree: true });
  }, { capture: true, once: true })))`);
  const sample = await measured(page, async () => {
    await page.getByRole("tab", { name: "Vault" }).click();
    return await page.evaluate("window.painted");
  });
  await page.close();
  return sample;
};

/** From a letter in the filter until the list that it leaves is painted, as the page sees it. */
const keystroke = async () => {
  const filter = typing.getByRole("searchbox", { name: "Filter the vault" });
  await filter.fill("many_0");
  await typing.getByRole("treeitem", { name: /^many_00001/ }).waitFor();
  await filter.press("End");
  return measured(typing, async () => {
    await typing.evaluate(`void (window.painted = new Promise((resolve) => addEventListener("keydown", () => {
      const begin = performance.now();
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now() - begin);
      requestAnimationFrame(() => port2.postMessage(null));
    }, { capture: true, once: true })))`);
    await typing.keyboard.press("7");
    const took = await typing.evaluate("window.painted");
    await typing.getByRole("treeitem", { name: /^many_07000/ }).waitFor();
    return took;
  });
};

/** From opening the file until its nodes are on the page, the first graph there. */
const openCanvas = (lab) => async () => {
  const page = await openPage(lab);
  await page.waitForLoadState("networkidle");
  const sample = await measured(page, async () => {
    await page.evaluate('void jupyterapp.commands.execute("docmanager:open", { path: "large.canvas.json" })');
    await page.locator(".react-flow__node").nth(50).waitFor();
  });
  await page.close();
  return sample;
};

/**
 * The frame at a share of all while a page is moved, by length, 1 being the longest: the main thread's time for it, which is
 * scripts, style, layout and what is to be painted, and how long it was there, which has the software's painting in it and
 * whatever else the machine does. A screen of 60 Hz shows each for 16.7 ms.
 */
async function frameOf(page, share, move) {
  const client = clients.get(page);
  const events = [];
  const gather = ({ value }) => events.push(...value);
  client.on("Tracing.dataCollected", gather);
  const includedCategories = ["cc", "disabled-by-default-devtools.timeline"];
  await client.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories } });
  await move();
  const complete = new Promise((resolve) => client.once("Tracing.tracingComplete", resolve));
  await client.send("Tracing.end");
  await complete;
  client.off("Tracing.dataCollected", gather);
  const isFrame = ({ name, args }) => name === "ProxyMain::BeginMainFrame" && args.begin_frame_id !== undefined;
  const { pid, tid } = events.find(isFrame) ?? {};
  const own = events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X");
  const frames = own.filter(isFrame).sort((a, b) => a.ts - b.ts);
  const tasks = own.filter(({ name }) => name === "RunTask");
  const taken = frames.slice(1).map((frame, i) => {
    const [from, to] = [frames[i].ts + frames[i].dur, frame.ts + frame.dur];
    const mine = tasks.filter(({ ts }) => ts > from && ts < to);
    return { cpuMs: mine.reduce((sum, { tdur = 0 }) => sum + tdur, 0) / 1000, wallMs: (to - from) / 1000 };
  });
  const at = (key) => taken.map((frame) => frame[key]).sort((a, b) => a - b)[Math.floor(share * (taken.length - 1))];
  const { peakMb } = await costOf(page);
  return { cpuMs: at("cpuMs"), wallMs: at("wallMs"), peakMb };
}

const drag = (share) => async () => {
  const { x, y, width, height } = await dragged.locator(".react-flow__pane").boundingBox();
  const [left, top] = [x + width / 2, y + 10];
  // Pressing and letting go are no part of it.
  await dragged.mouse.move(left, top);
  await dragged.mouse.down();
  await dragged.mouse.move(left + 1, top);
  const sample = await frameOf(dragged, share, async () => {
    for (let step = 1; step <= 60; step++) await dragged.mouse.move(left + 3 * step, top + (step * height) / 200);
  });
  await dragged.mouse.move(left, top);
  await dragged.mouse.up();
  return sample;
};

const scroll = (share) => async () => {
  const list = typing.getByRole("tree", { name: "Items" });
  await typing.getByRole("searchbox", { name: "Filter the vault" }).fill("");
  const { x, y, width, height } = await list.boundingBox();
  await list.evaluate((element) => element.scrollTo(0, 0));
  await typing.mouse.move(x + width / 2, y + height / 2);
  return frameOf(typing, share, async () => {
    for (let step = 1; step <= 60; step++) await typing.mouse.wheel(0, 300);
  });
};

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
});
const ended = [() => browser.close()];
let typing;
let dragged;
try {
  await makeHome();
  const lab = await startLab("with", false);
  ended.push(lab.end);
  const bare = await startLab("without", true);
  ended.push(bare.end);
  typing = await openPage(lab);
  await typing.getByRole("tab", { name: "Vault" }).click();
  await typing.getByRole("treeitem", { name: /^many_00001/ }).waitFor();
  const engines = (run) => ({ "lit lab": run });
  dragged = await openPage(lab);
  await dragged.evaluate('void jupyterapp.commands.execute("docmanager:open", { path: "large.canvas.json" })');
  await dragged.locator(".react-flow__node").nth(50).waitFor();
  await bench(
    "lab",
    {
      "JupyterLab starts": { "with the extension": start(lab), without: start(bare) },
      [`first of ${ITEMS} items, the service runs`]: engines(firstItem(lab, false)),
      "keystroke to painted list": engines(keystroke),
      [`a canvas of ${NODES} nodes opens`]: engines(openCanvas(lab)),
      "half of its frames while it is dragged take at most": engines(drag(0.5)),
      "its longest frame while it is dragged": engines(drag(1)),
      [`half of the frames while ${ITEMS} items are scrolled take at most`]: engines(scroll(0.5)),
      [`the longest frame while ${ITEMS} items are scrolled`]: engines(scroll(1)),
      [`first of ${ITEMS} items, the service starts`]: engines(firstItem(lab, true)),
    },
    { runs: 9, warmUp: 1 },
  );
} finally {
  for (const end of ended) await end();
  rmSync(folder, { recursive: true, force: true });
}
