import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, cpSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "libsql";
import { afterEach, beforeEach, expect, test } from "vitest";
import { filesUnder, startNode } from "../../sdk/src/vault/vault.oracle.js";
import { ROOT } from "../python.js";
import { Server } from "./server.js";

const MODEL = join(ROOT, "test/keras/fixtures/tf_keras_sequential.keras");
const ROUNDS = 20;
const NAMES = Array.from({ length: 8 }, (_, i) => `item_${i}`);
const team = "contoso";

let server: Server;

beforeEach(async () => {
  server = new Server();
  const code = `for (const name of args.slice(1)) await importModel("contoso", args[0], [], name);
    console.log("done");`;
  expect(await startNode(code, server.home, [MODEL, ...NAMES]).output).toBe("done");
});

afterEach(() => server.stop());

test("a service that is killed in the middle of renames leaves a whole catalogue, and another goes on", async () => {
  await server.start();
  const catalogue = join(server.home, team, "catalogue.sqlite");
  for (let round = 0; round < ROUNDS; round++) {
    const page = await server.open();
    const { pid } = await page.call("hello", { version: "" });
    const items = await page.call("items.list", { team });
    expect(items.map(({ name }) => name.replace(/_r\d+$/, "")).sort()).toEqual(NAMES);
    let renamed = 0;
    const others = items.map(async ({ name }) => {
      const base = name.replace(/_r\d+$/, "");
      for (let number = 0, last = name; ; number++) {
        const next = `${base}_r${round * 1_000_000 + number}`;
        const { status } = await page.call("items.rename", { team, name: last, newName: next });
        expect(status).toBe("SUCCESS");
        last = next;
        renamed++;
        // In the midst of the other items' renames.
        if (renamed === 5 + 7 * round) process.kill(pid, "SIGKILL");
      }
    });
    for (const other of others) other.catch(() => undefined);
    await expect.poll(() => alive(pid), { interval: 20 }).toBe(false);
    // Another reader waits for a lock as the SDK does: what is left of the killed process may hold it for an instant.
    const database = new Database(catalogue, { timeout: 5000 });
    expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
    const left = database.prepare("select name from items").all() as { readonly name: string }[];
    expect(left.map(({ name }) => name.replace(/_r\d+$/, "")).sort()).toEqual(NAMES);
    database.close();
    await server.endKernel(page);
  }
}, 600_000);

/** Whether a process runs: one that has ended may still be listed. */
function alive(pid: number): boolean {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", String(pid)], { encoding: "utf8" });
  return /^[^Z]/.test(stdout.trim());
}

test("a home that is read-only is read; what would write says so", async () => {
  const lock = (mode: number) => {
    for (const line of [...filesUnder(server.home), " /"]) {
      const path = join(server.home, line.slice(0, line.lastIndexOf(" ")));
      chmodSync(path, statSync(path).isDirectory() ? mode | 0o111 : mode);
    }
  };
  copyFileSync(MODEL, join(server.root, "good.keras"));
  cpSync(join(server.home, team), join(server.home, "old"), { recursive: true });
  const database = new Database(join(server.home, "old/catalogue.sqlite"));
  database.exec("drop index items_canvas; alter table items drop column canvas; pragma user_version = 1");
  database.close();
  lock(0o444);
  try {
    const before = filesUnder(server.home);
    await server.start({ isBound: true });
    const page = await server.open();
    expect(await page.call("hello", { version: "" })).toMatchObject({ readOnly: true });
    expect(await page.call("teams.list", {})).toEqual([team, "old"]);
    expect(await page.call("items.list", { team })).toHaveLength(NAMES.length);
    // Version 1 of the catalogue has no place for canvases.
    const old = await page.call("items.list", { team: "old" });
    expect(old.map(({ name, hasCanvas }) => [name, hasCanvas])).toEqual(NAMES.map((name) => [name, false]));
    expect(await page.call("items.get", { team, name: "item_0" })).toMatchObject({ problem: null });
    const fails = { code: -32000, message: expect.stringMatching(/read-only/) };
    await expect(page.call("items.rename", { team, name: "item_0", newName: "other" })).rejects.toMatchObject(fails);
    await expect(page.call("items.import", { team, source: { path: "good.keras" } })).rejects.toMatchObject(fails);
    const canvas = { team, canvas: "drawn", content: "{}", version: null };
    await expect(page.call("canvases.write", canvas)).rejects.toMatchObject(fails);
    expect(filesUnder(server.home)).toEqual(before);
  } finally {
    lock(0o755);
  }
});

test("a first team that cannot be read keeps no other away", async () => {
  await server.start();
  const page = await server.open();
  cpSync(join(server.home, team), join(server.home, "fabrikam"), { recursive: true });
  writeFileSync(join(server.home, team, "catalogue.sqlite"), "no database");
  expect(await page.call("teams.open", {})).toEqual({ teams: [team, "fabrikam"], first: null });
  await expect(page.call("items.list", { team })).rejects.toMatchObject({ code: -32000 });
  expect(await page.call("items.list", { team: "fabrikam" })).toHaveLength(NAMES.length);
});

test("an upload of a service that was killed is removed by the next", async () => {
  await server.start();
  const page = await server.open();
  const folder = join(server.cache, "litlab/uploads");
  await page.call("uploads.begin", { name: "left.h5", bytes: 3 });
  const [left] = readdirSync(folder);
  process.kill((await page.call("hello", { version: "" })).pid, "SIGKILL");
  await server.endKernel(page);
  const next = await server.open();
  const { upload } = await next.call("uploads.begin", { name: "mine.h5", bytes: 3 });
  expect(readdirSync(folder)).toHaveLength(1);
  expect(readdirSync(folder)).not.toContain(left);
  await next.call("uploads.drop", { upload });
});
