import { cpSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startNode } from "../../sdk/src/vault/vault.oracle.js";
import { ROOT } from "../python.js";
import { type Page, Server } from "./server.js";

const MODEL = join(ROOT, "test/keras/fixtures/tf_keras_sequential.keras");
const team = "contoso";

let server: Server;
let pages: readonly Page[];

beforeAll(async () => {
  server = new Server();
  await elsewhere(`await importModel("contoso", args[0], [], "first");`);
  await server.start();
  pages = [await server.open(), await server.open()];
  await pages[0]?.call("teams.list", {});
  for (const method of ["items.list", "assets.list", "canvases.list"] as const) await pages[0]?.call(method, { team });
});

afterAll(() => server.stop());

/** Runs code in a process of its own; gives the time at which it was done, ms. */
async function elsewhere(code: string): Promise<number> {
  const output = await startNode(`${code}\nconsole.log(Date.now());`, server.home, [MODEL]).output;
  expect(Number(output), output).toBeGreaterThan(0);
  return Number(output);
}

/** What is done elsewhere reaches every page within a second. */
async function reaches(who: string | null, part: Parameters<Page["changed"]>[1], act: () => unknown) {
  const before = pages.map((page) => page.told.length);
  const result = await act();
  const done = typeof result === "number" ? result : Date.now();
  for (const [i, page] of pages.entries())
    expect((await page.changed(who, part, before[i])) - done, `${who} ${part}`).toBeLessThan(1000);
}

test("a rename by another process", async () => {
  await reaches(team, "items", () => elsewhere(`await new VaultItem("contoso", "first").rename("second");`));
  expect((await pages[1]?.call("items.list", { team }))?.map(({ name }) => name)).toEqual(["second"]);
  await reaches(team, "items", () => elsewhere(`await new VaultItem("contoso", "second").rename("first");`));
});

test("an import by another process, and a team that it makes", async () => {
  await reaches(team, "items", () => elsewhere(`await importModel("contoso", args[0]);`));
  await reaches(null, "teams", () => elsewhere(`await importModel("fabrikam", args[0]);`));
  expect(await pages[1]?.call("teams.list", {})).toEqual([team, "fabrikam"]);
});

test("an asset's folder that appears, gets a file and goes", async () => {
  const folder = join(server.home, team, "assets/ticks");
  await reaches(team, "assets", () => mkdirSync(folder, { recursive: true }));
  expect(await pages[1]?.call("assets.list", { team })).toEqual([{ name: "ticks" }]);
  await reaches(team, "assets", () => writeFileSync(join(folder, "ticks_test.h5"), ""));
  await reaches(team, "assets", () => rmSync(folder, { recursive: true }));
});

test("a canvas that is written, changed in place and removed", async () => {
  const file = join(server.home, team, "canvases/drawn.canvas.json");
  mkdirSync(join(file, ".."), { recursive: true });
  await reaches(team, "canvases", () => writeFileSync(file, "one"));
  await reaches(team, "canvases", () => writeFileSync(file, "two"));
  await reaches(team, "canvases", () => utimesSync(file, 1, 1));
  await reaches(team, "canvases", () => rmSync(file));
});

test("a team's folder that takes another's place, of which the system says nothing", async () => {
  const [folder, aside] = [join(server.home, team), join(server.home, "aside")];
  cpSync(folder, aside, { recursive: true });
  await reaches(team, "items", () => {
    rmSync(folder, { recursive: true });
    renameSync(aside, folder);
  });
  await reaches(team, "assets", () => mkdirSync(join(folder, "assets/again"), { recursive: true }));
});

test("what nobody has asked about is not told", async () => {
  const [page] = pages as [Page];
  const before = page.told.length;
  await elsewhere(`await new VaultItem("fabrikam", "new_model").rename("other");`);
  await reaches(team, "items", () => elsewhere(`await new VaultItem("contoso", "first").rename("third");`));
  expect(page.told.slice(before).filter(({ params }) => "team" in params && params.team === "fabrikam")).toEqual([]);
});

test("what a page gives another name is told to every page, in order", async () => {
  const [page] = pages as [Page];
  await page.call("canvases.write", { team, canvas: "drawn", content: "{}", version: null });
  await page.call("canvases.rename", { team, canvas: "drawn", newName: "redrawn" });
  for (const [name, newName] of [
    ["third", "fourth"],
    ["nobody", "somebody"],
    ["fourth", "third"],
    ["third", "last"],
  ] as const)
    await page.call("items.rename", { team, name, newName });
  const renames = [
    { team, kind: "canvas", name: "drawn", newName: "redrawn" },
    { team, kind: "item", name: "third", newName: "fourth" },
    { team, kind: "item", name: "fourth", newName: "third" },
    { team, kind: "item", name: "third", newName: "last" },
  ];
  for (const { told } of pages)
    await expect
      .poll(() => told.flatMap(({ method, params }) => (method === "renamed" ? params.renames : [])), { timeout: 5000 })
      .toEqual(renames);
});
