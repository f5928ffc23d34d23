import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startNode } from "../../sdk/src/vault/vault.oracle.js";
import { ROOT } from "../python.js";
import { type Page, Server } from "./server.js";

const MODEL = join(ROOT, "test/keras/fixtures/tf_keras_sequential.keras");
const ITEMS = 10_000;
const team = "contoso";

let server: Server;
let page: Page;

beforeAll(async () => {
  server = new Server();
  const code = `
    const { writeCatalogue } = await import(args[1]);
    await importModel("contoso", args[0], [], "item_0");
    await writeCatalogue("contoso", async (db) => {
      const { id, ...row } = await db.selectFrom("items").selectAll().executeTakeFirst();
      for (let i = 1; i < ${ITEMS}; i++) await db.insertInto("items").values({ ...row, name: "item_" + i }).execute();
    });
    await importModel("long", args[0], [], "item_0");
    await writeCatalogue("long", async (db) => {
      const { id, ...row } = await db.selectFrom("items").selectAll().executeTakeFirst();
      for (let i = 1; i < 50; i++) await db.insertInto("items").values({ ...row, name: "item_" + i, model: "é".repeat(2 ** 20) }).execute();
    });
    console.log("done");`;
  expect(await startNode(code, server.home, [MODEL, `file://${ROOT}/sdk/dist/vault/catalogue.js`]).output).toBe("done");
  await server.start();
  page = await server.open();
});

afterAll(() => server.stop());

const fails = (code: string) => expect.objectContaining({ code: -32000, data: { code } });

test("what is no JSON-RPC is answered as JSON-RPC says", async () => {
  const failure = (code: number) =>
    expect.objectContaining({ jsonrpc: "2.0", id: null, error: expect.objectContaining({ code }) });
  expect(await page.say("{")).toEqual(failure(-32700));
  for (const text of ["null", "5", '"text"', "[null]", "{}", '{"jsonrpc":"1.0","id":null,"method":"ping"}'])
    expect([text, await page.say(text)].flat()).toContainEqual(failure(-32600));
  for (const method of ["no", "constructor", "__proto__", "toString", ""])
    expect(await page.say(JSON.stringify({ jsonrpc: "2.0", id: null, method }))).toEqual(failure(-32601));
  const piece = { id: "a", index: 0, size: 5, sha256: "", text: "" };
  for (const data of [{ nothing: 1 }, { text: 5 }, { piece }, { piece: { ...piece, index: 3, text: "5" } }])
    expect(await page.send(data)).toEqual(failure(-32600));
  const batch = [1, 2].map((id) => ({ jsonrpc: "2.0", id, method: "ping" }));
  expect(await page.say(JSON.stringify(batch))).toEqual(batch.map(({ id }) => ({ jsonrpc: "2.0", id, result: {} })));
  expect(await page.call("ping", {})).toEqual({});
});

test("bad parameters are named", async () => {
  const bad: readonly [object, string][] = [
    [{ team: 5 }, "team"],
    [{ team: "a".repeat(129) }, "team"],
    [{}, "team"],
  ];
  for (const [params, field] of bad)
    await expect(page.call("items.list", params as never)).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining(field),
    });
  await expect(page.call("items.list", [] as never)).rejects.toMatchObject({ code: -32602 });
  for (const name of ["..", "../contoso", "/etc", "a/b", "<img src=x onerror=alert(1)>", "contoso\0", ""])
    for (const method of ["items.list", "assets.list", "canvases.list"] as const)
      await expect(page.call(method, { team: name })).rejects.toEqual(fails("INVALID_NAME"));
});

test("a path leads to no file but models below the server's root", async () => {
  const outside = join(server.folder, "outside.keras");
  copyFileSync(MODEL, outside);
  copyFileSync(MODEL, join(server.root, "good.keras"));
  copyFileSync(MODEL, join(server.root, "model.txt"));
  symlinkSync(outside, join(server.root, "link.keras"));
  symlinkSync(server.folder, join(server.root, "up"));
  symlinkSync(join(server.root, "model.txt"), join(server.root, "text.keras"));
  symlinkSync(join(server.root, "good.keras"), join(server.root, "inside.keras"));
  mkdirSync(join(server.root, "folder.keras"));
  execFileSync("mkfifo", [join(server.root, "pipe.keras")]);
  writeFileSync(join(server.root, "empty.keras"), "");
  const paths: Readonly<Record<string, string>> = {
    "../outside.keras": "INVALID_PATH",
    "a/../../outside.keras": "INVALID_PATH",
    "a\\..\\..\\outside.keras": "INVALID_PATH",
    [outside]: "INVALID_PATH",
    "good.keras\0.keras": "INVALID_PATH",
    "link.keras": "INVALID_PATH",
    "up/outside.keras": "INVALID_PATH",
    "model.txt": "NO_MODEL",
    "text.keras": "NO_MODEL",
    "": "NO_MODEL",
    "missing.keras": "ENOENT",
  };
  for (const [path, code] of Object.entries(paths)) {
    await expect(page.call("models.graph", { path }), path).rejects.toEqual(fails(code));
    await expect(page.call("items.import", { team, source: { path } }), path).rejects.toEqual(fails(code));
  }
  for (const path of ["folder.keras", "pipe.keras", "empty.keras"])
    await expect(page.call("models.graph", { path }), path).rejects.toMatchObject({
      code: -32000,
      message: expect.stringContaining(path),
    });
  for (const path of ["good.keras", "inside.keras", "./good.keras"])
    expect((await page.call("models.graph", { path })).problem).toBeNull();
});

describe("large messages", () => {
  test("50 MB come whole", async () => {
    const items = await page.call("items.list", { team: "long" });
    expect(items).toHaveLength(50);
    expect(items.slice(1).every(({ model }) => model === "é".repeat(2 ** 20))).toBe(true);
  });

  test("50 MB go whole", async () => {
    const content = "x".repeat(50 * 2 ** 20);
    const call = page.call("canvases.write", { team, canvas: "large", content, version: null });
    await expect(call).rejects.toMatchObject({
      data: { code: "TOO_LARGE" },
      message: expect.stringContaining(String(50 * 2 ** 20)),
    });
  });

  test("16 MiB go and come back", async () => {
    const content = "\n".repeat(2 ** 24);
    await page.call("canvases.write", { team, canvas: "large", content, version: null });
    expect((await page.call("canvases.read", { team, canvas: "large" })).content === content).toBe(true);
  });
});

test("10,000 items are listed at once", async () => {
  expect(await page.call("items.list", { team })).toHaveLength(ITEMS);
  const times = [];
  for (let i = 0; i < 5; i++) {
    const before = performance.now();
    await page.call("items.list", { team });
    times.push(performance.now() - before);
  }
  console.log(`items.list of ${ITEMS}: ${times.map(Math.round).join(", ")} ms`);
  expect(Math.min(...times)).toBeLessThan(500);
});

test("two pages ask at once, each gets its own answers; both hear of a change", async () => {
  const other = await server.open();
  expect(other.kernel).toBe(page.kernel);
  const names = Array.from({ length: 40 }, (_, i) => `item_${i + 1}`);
  const ask = (asker: Page, from: readonly string[]) =>
    Promise.all(
      from.map(async (name) => (await asker.call("items.rename", { team, name, newName: `${name}_new` })).message),
    );
  const expected = (from: readonly string[]) => from.map((name) => `Vault item ${name} has been renamed ${name}_new.`);
  const [odd, even] = [names.filter((_, i) => i % 2), names.filter((_, i) => i % 2 === 0)];
  const before = [page.told.length, other.told.length];
  expect(await Promise.all([ask(page, odd), ask(other, even)])).toEqual([expected(odd), expected(even)]);
  await Promise.all([page.changed(team, "items", before[0]), other.changed(team, "items", before[1])]);
  const { version } = await page.call("canvases.write", { team, canvas: "shared", content: "one", version: null });
  const write = (writer: Page) => writer.call("canvases.write", { team, canvas: "shared", content: "two", version });
  const outcomes = (await Promise.allSettled([write(page), write(other)])).map(({ status }) => status);
  expect(outcomes.sort()).toEqual(["fulfilled", "rejected"]);
});

test("a page is told ten things a second at most, and the last of them all the same", async () => {
  const before = page.told.length;
  for (let i = 0; i < 150; i++)
    await page.call("items.rename", { team, name: `item_${i + 100}`, newName: `again_${i}` });
  await page.call("canvases.write", { team, canvas: "last", content: "", version: null });
  await page.changed(team, "canvases", before);
  const times = page.told.slice(before).map(({ at }) => at);
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0);
  expect(times.length).toBeLessThanOrEqual(2 + span / 80);
});

test("no code runs", async () => {
  const file = join(server.root, "ran");
  const code = `require("node:fs").writeFileSync(${JSON.stringify(file)}, "")`;
  const content = { code, silent: false, store_history: true, user_expressions: { a: code }, allow_stdin: false };
  expect(await page.request("execute_request", { ...content, stop_on_error: true })).toMatchObject({
    status: "error",
    evalue: "this kernel serves the vault and runs no code",
  });
  expect(existsSync(file)).toBe(false);
});

test("a comm of another target is closed; one that is not open says so, and another can be opened", async () => {
  page.openComm("litlab.bars");
  expect(await page.closed()).toEqual({ error: "no comm target 'litlab.bars'" });
  page.openComm("litlab.vault");
  expect(await page.call("ping", {})).toEqual({});
  page.closeComm();
  void page.say("{}");
  await page.until(() => page.told.find(({ method }) => method === "closed"));
  page.openComm("litlab.vault");
  expect(await page.call("ping", {})).toEqual({});
});
