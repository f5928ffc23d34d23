import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import Database from "libsql";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Asset } from "../../dist/assets/asset.js";
import { buildAsset } from "../../dist/assets/build-asset.js";
import { listAssets } from "../../dist/assets/list-assets.js";
import { getAdapter } from "../../dist/bars/get-adapter.js";
import { Canvas } from "../../dist/canvas/canvas.js";
import { type CanvasDocument, writeCanvas } from "../../dist/canvas-core/index.js";
import { loadTf } from "../../dist/devices/load-tf.js";
import { LitModelError, LitVaultError } from "../../dist/errors.js";
import { getTeams, getVaultItems } from "../../dist/vault/get-vault-items.js";
import { importModel } from "../../dist/vault/import-model.js";
import { VaultItem } from "../../dist/vault/vault-item.js";
import { asUser, filesUnder, freshFolder, makeModels, startNode } from "./vault.oracle.js";

let models: string;
let home: string;
const model = (name = "one.keras") => join(models, name);
const catalogue = () => join(home, "contoso/catalogue.sqlite");
const names = async () => (await getVaultItems("contoso")).map(({ name }) => name);

beforeAll(async () => {
  models = await makeModels();
});
afterAll(() => rmSync(models, { recursive: true, force: true }));
beforeEach(() => {
  home = freshFolder();
  vi.stubEnv("LIT_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

describe("importModel", () => {
  test("names new models new_model, new_model_2, …", async () => {
    const items = [await importModel("contoso", model()), await importModel("contoso", model("one.h5"))];
    items.push(await importModel("contoso", model(), ["f"], "NEW_model_3"), await importModel("contoso", model()));
    expect(items.map(String)).toEqual([
      "VaultItem(team='contoso', name='new_model')",
      "VaultItem(team='contoso', name='new_model_2')",
      "VaultItem(team='contoso', name='NEW_model_3')",
      "VaultItem(team='contoso', name='new_model_4')",
    ]);
    expect(inspect(items[0])).toBe("VaultItem(team='contoso', name='new_model')");
    expect(await names()).toEqual(["new_model", "new_model_2", "NEW_model_3", "new_model_4"]);
    expect((await getVaultItems("contoso", "model_")).length).toBe(3);
    expect((await getVaultItems("contoso", { name: "_4" })).map(String)).toEqual([String(items[3])]);
  });

  test("keeps the file once, by its content, read-only", async () => {
    for (const name of ["a", "b"]) await importModel("contoso", model(), [], name);
    const sha256 = createHash("sha256").update(readFileSync(model())).digest("hex");
    const blob = join(home, "contoso/blobs/sha256", sha256.slice(0, 2), sha256);
    expect(readFileSync(blob).equals(readFileSync(model()))).toBe(true);
    expect(statSync(blob).mode & 0o777).toBe(0o444);
    expect(filesUnder(home).filter((line) => !line.endsWith("/")).length).toBe(2);
    const database = new Database(catalogue());
    expect(database.pragma("user_version")).toEqual([{ user_version: 2 }]);
    expect(database.pragma("journal_mode")).toEqual([{ journal_mode: "delete" }]);
    expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
    database.close();
  });

  test("refuses a name that exists, also in another case, unless told to replace it", async () => {
    await importModel("contoso", model(), [], "spy");
    const before = filesUnder(home);
    for (const name of ["spy", "SPY"]) {
      const attempt = importModel("contoso", model("two.keras"), [], name);
      await expect(attempt).rejects.toThrow(/^name already exists$/);
      await expect(attempt).rejects.toBeInstanceOf(LitVaultError);
    }
    expect(filesUnder(home)).toEqual(before);
    const item = await importModel("contoso", model("two.keras"), [["f"], ["g"]], "spy", { replace: true });
    expect(await item.details).toMatchObject({ name: "spy", model: "two.keras" });
    expect((await item.loadModel()).inputs.length).toBe(2);
    expect(await names()).toEqual(["spy"]);
    // The replaced model's file is gone, the new one's is there.
    expect(filesUnder(join(home, "contoso/blobs")).filter((line) => !line.endsWith("/")).length).toBe(1);
  });

  test.each([
    ["one.keras", [["a"], ["b"]]],
    ["two.keras", ["a"]],
    ["two.keras", ["a", "b", "c"]],
    ["two.keras", [["a"], []]],
    ["two.keras", ["a", ["b"]] as string[]],
    ["one.keras", [7] as unknown as string[]],
  ])("refuses features that do not fit %s: %j", async (file, features) => {
    const attempt = importModel("contoso", model(file), features);
    await expect(attempt).rejects.toThrow(/the features .* do not fit the model .*: expected one list of names/);
    await expect(attempt).rejects.toBeInstanceOf(LitModelError);
    expect(readdirSync(home)).toEqual([]);
  });

  test("refuses labels that do not fit the outputs, bad names and what is no model; nothing is written", async () => {
    const labels = [{ feature: "a" }, { feature: "b" }];
    await expect(importModel("contoso", model(), [], "x", { labels })).rejects.toThrow("1 output(s) 'y'");
    const negative = [{ feature: "a", labelIndex: -1 }];
    await expect(importModel("contoso", model(), [], "x", { labels: negative })).rejects.toThrow(LitModelError);
    for (const name of ["../x", "a/b", ".x", "x.", "\0", "x".repeat(129), ""]) {
      await expect(importModel("contoso", model(), [], name)).rejects.toThrow("is no valid item name");
      await expect(importModel(name, model())).rejects.toThrow("is no valid team name");
      expect(() => new VaultItem("contoso", name)).toThrow(LitVaultError);
    }
    const cut = join(models, "cut.keras");
    writeFileSync(cut, readFileSync(model()).subarray(0, 2000));
    await expect(importModel("contoso", cut)).rejects.toThrow(LitModelError);
    await expect(importModel("contoso", join(models, "none.keras"))).rejects.toThrow("none.keras: no such file");
    await expect(importModel("contoso", models)).rejects.toThrow("not a file");
    expect(readdirSync(home)).toEqual([]);
  });

  test("refuses a team beside one of the same name in another case", async () => {
    await importModel("contoso", model());
    await expect(importModel("Contoso", model())).rejects.toThrow("'Contoso' cannot be made beside 'contoso'");
    mkdirSync(join(home, "nobody"));
    expect(await getTeams()).toEqual(["contoso"]);
    expect(await getVaultItems("nobody")).toEqual([]);
  });
});

describe("VaultItem", () => {
  test("has the reference's details", async () => {
    const item = await importModel("contoso", model(), ["f"], "my_model1");
    const details = await item.details;
    expect(details).toEqual({
      host: hostname(),
      project: null,
      runid: null,
      epoch: null,
      model: "one.keras",
      name: "my_model1",
      value: null,
      color: null,
      dateAdded: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}\+00:00$/),
      workers: [],
    });
    expect(Object.keys(details ?? {}).join(" ")).toBe(
      "host project runid epoch model name value color dateAdded workers",
    );
    expect(await item.canvas).toBeNull();
    expect(await new VaultItem("contoso", "my_model0").details).toBeNull();
    expect(await new VaultItem("nobody", "my_model0").details).toBeNull();
  });

  test("loads the model and predicts zeros, with nothing left over", async () => {
    const tf = await loadTf();
    const item = await importModel("contoso", model("two.keras"));
    const before = tf.memory().numTensors;
    const loaded = await item.loadModel();
    const zeros = await item.zeros();
    expect(zeros.map(({ shape }) => shape)).toEqual([
      [1, 3, 2],
      [1, 1],
    ]);
    const prediction = loaded.predict(zeros) as (typeof zeros)[number];
    expect([prediction.shape, [...(await prediction.data())]]).toEqual([[1, 1], [0]]);
    tf.dispose([prediction, ...zeros]);
    loaded.dispose();
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before);
    const missing = new VaultItem("contoso", "my_model0");
    await expect(missing.loadModel()).rejects.toThrow("item my_model0 not found");
    await expect(missing.zeros()).rejects.toThrow(LitVaultError);
    await expect(missing.getAssets()).rejects.toThrow(LitVaultError);
    await expect(missing.getDataFromPath("/none.h5")).rejects.toThrow(LitVaultError);
  });

  test("says which file is missing", async () => {
    const item = await importModel("contoso", model());
    rmSync(join(home, "contoso/blobs"), { recursive: true });
    await expect(item.loadModel()).rejects.toThrow(/the model of VaultItem\(.*\) is not in the vault: .* is missing/);
  });

  test("rename answers as the reference does", async () => {
    const item = await importModel("contoso", model(), [], "my_model1");
    expect(await item.rename("my_model2")).toEqual({
      status: "SUCCESS",
      message: "Vault item my_model1 has been renamed my_model2.",
    });
    expect(item.name).toBe("my_model2");
    expect(await names()).toEqual(["my_model2"]);
    const missing = new VaultItem("contoso", "my_model0");
    const notFound = { status: "ERROR", message: "item my_model0 not found" };
    expect(await missing.rename("new_name")).toEqual(notFound);
    expect(missing.name).toBe("my_model0");
    expect(await new VaultItem("nobody", "my_model0").rename("new_name")).toEqual(notFound);
    expect(existsSync(join(home, "nobody"))).toBe(false);
    await importModel("contoso", model(), [], "other");
    for (const name of ["my_model2", "other", "OTHER"]) {
      expect(await item.rename(name)).toEqual({ status: "ERROR", message: "name already exists" });
      expect(item.name).toBe("my_model2");
    }
    expect(await item.rename("../x")).toMatchObject({ status: "ERROR", message: /"\.\.\/x" is no valid item name/ });
    expect(await item.rename("My_Model2")).toMatchObject({ status: "SUCCESS" });
    expect(await names()).toEqual(["My_Model2", "other"]);
  });
});

describe("the canvas of an item", () => {
  const drawn = (units: number): CanvasDocument => ({
    version: 1,
    nodes: [
      { id: "in", type: "input", settings: { features: ["per_min"] } },
      { id: "d", type: "dense", settings: { units } },
    ],
    edges: [{ from: "in", to: "d" }],
  });
  const blobs = () => filesUnder(join(home, "contoso/blobs")).filter((line) => !line.endsWith("/"));

  test("stays as it was at the import, read-only, by its content", async () => {
    const canvas = new Canvas("contoso", "demo");
    await canvas.save(drawn(1));
    const item = await importModel("contoso", model(), [], "spy", { canvas });
    const other = await importModel("contoso", model(), [], "other", { canvas: drawn(1) });
    await canvas.save(drawn(2));
    expect(await item.canvas).toEqual(drawn(1));
    expect(await other.canvas).toEqual(drawn(1));
    expect(blobs()).toHaveLength(2);
    const text = writeCanvas(drawn(1));
    const sha256 = createHash("sha256").update(text).digest("hex");
    const path = join(home, "contoso/blobs/sha256", sha256.slice(0, 2), sha256);
    expect([readFileSync(path, "utf8"), statSync(path).mode & 0o777]).toEqual([text, 0o444]);
    chmodSync(path, 0o644);
    writeFileSync(path, "{");
    await expect(item.canvas).rejects.toThrow("the canvas of VaultItem(team='contoso', name='spy') is not JSON");
    rmSync(path);
    await expect(item.canvas).rejects.toThrow(`is not in the vault: ${path} is missing`);
  });

  test("is null where there is none, and of an item that does not exist", async () => {
    expect(await (await importModel("contoso", model())).canvas).toBeNull();
    expect(await new VaultItem("contoso", "none").canvas).toBeNull();
    expect(await new VaultItem("fabrikam", "none").canvas).toBeNull();
  });

  test("goes when no item names it any more, and only then", async () => {
    const item = await importModel("contoso", model(), [], "spy", { canvas: drawn(1) });
    await importModel("contoso", model(), [], "other", { canvas: drawn(1) });
    const replace = true;
    await importModel("contoso", model(), [], "spy", { canvas: drawn(2), replace });
    expect([blobs().length, await item.canvas]).toEqual([3, drawn(2)]);
    await importModel("contoso", model(), [], "spy", { replace });
    expect([blobs().length, await item.canvas]).toEqual([2, null]);
    await importModel("contoso", model(), [], "other", { canvas: drawn(3), replace });
    expect(blobs().length).toBe(2);
  });

  test("that is not valid is refused before anything is written", async () => {
    const circle = { ...drawn(1), edges: [{ from: "d", to: "d" }] };
    await expect(importModel("contoso", model(), [], "spy", { canvas: circle })).rejects.toThrow(LitModelError);
    const missing = new Canvas("contoso", "none");
    await expect(importModel("contoso", model(), [], "spy", { canvas: missing })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
    expect(filesUnder(home)).toEqual([]);
  });

  test("of a failed import goes with it", async () => {
    await importModel("contoso", model(), [], "spy");
    const before = filesUnder(home);
    const taken = importModel("contoso", model("two.keras"), [], "SPY", { canvas: drawn(1) });
    await expect(taken).rejects.toThrow("name already exists");
    expect(filesUnder(home)).toEqual(before);
  });

  test("does not come in half when the import is killed", async () => {
    const code = `
      const canvas = (units) => ({ version: 1, nodes: [{ id: "d", type: "dense", settings: { units } }], edges: [] });
      for (let i = 1; ; i++) {
        await importModel("contoso", args[0], [], "spy", { canvas: canvas(i), replace: true });
        if (i === 2) console.log("going");
      }`;
    for (let round = 0; round < 3; round++) {
      const { child, output } = startNode(code, home, [model()]);
      await new Promise((resolve) => child.stdout?.once("data", resolve));
      const count = () => {
        try {
          return blobs().length;
        } catch {
          // A folder went while it was listed.
          return 0;
        }
      };
      // In the middle: the next canvas is there, the last one not yet gone.
      while (count() < 3 && child.exitCode === null) await new Promise(setImmediate);
      child.kill("SIGKILL");
      await output;
      const item = new VaultItem("contoso", "spy");
      expect((await item.canvas)?.nodes).toHaveLength(1);
      (await item.loadModel()).dispose();
    }
  });
});

describe("the catalogue", () => {
  /** Makes the catalogue what version 1 of the format was. */
  const makeOld = () => {
    const database = new Database(catalogue());
    database.exec("drop index items_canvas; alter table items drop column canvas; pragma user_version = 1");
    database.close();
  };

  test("of version 1 gets a place for canvases", async () => {
    await importModel("contoso", model(), ["f"], "spy");
    makeOld();
    const item = new VaultItem("contoso", "spy");
    expect([await item.canvas, (await item.details)?.name]).toEqual([null, "spy"]);
    const database = new Database(catalogue());
    expect(database.pragma("user_version")).toEqual([{ user_version: 2 }]);
    database.close();
    await importModel("contoso", model(), [], "new", { canvas: { version: 1, nodes: [], edges: [] } });
    expect((await new VaultItem("contoso", "new").canvas)?.nodes).toEqual([]);
    expect(await names()).toEqual(["spy", "new"]);
  });

  test.each([
    ["file", () => catalogue()],
    ["folder", () => join(home, "contoso")],
  ])("of version 1 in a read-only %s is read as it is", async (_, locked) => {
    await importModel("contoso", model(), ["f"], "spy");
    makeOld();
    for (const path of [catalogue(), join(home, "contoso")]) chmodSync(path, 0o777);
    const mode = statSync(locked()).isDirectory() ? 0o555 : 0o444;
    chmodSync(locked(), mode);
    const before = readFileSync(catalogue());
    await asUser(async () => {
      const [item] = await getVaultItems("contoso");
      expect([await item?.canvas, (await item?.details)?.name]).toEqual([null, "spy"]);
      (await item?.loadModel())?.dispose();
    });
    expect(readFileSync(catalogue()).equals(before)).toBe(true);
    chmodSync(locked(), 0o777);
  });

  test("refuses a newer version and stays as it is", async () => {
    const item = await importModel("contoso", model(), [], "spy");
    const database = new Database(catalogue());
    database.exec("pragma user_version = 7");
    database.close();
    const before = readFileSync(catalogue());
    const calls = [
      () => getVaultItems("contoso"),
      () => item.details,
      () => item.rename("x"),
      () => importModel("contoso", model("two.keras")),
    ];
    for (const call of calls) {
      await expect(call()).rejects.toThrow(/catalogue\.sqlite has version 7 .* expected at most 2/);
      await expect(call()).rejects.toBeInstanceOf(LitVaultError);
    }
    expect(readFileSync(catalogue()).equals(before)).toBe(true);
    expect(filesUnder(join(home, "contoso/blobs")).filter((line) => !line.endsWith("/")).length).toBe(1);
  });

  test("says that it is damaged", async () => {
    mkdirSync(join(home, "contoso"));
    writeFileSync(catalogue(), "this is no SQLite file, it is a text that somebody put there".repeat(100));
    await expect(getVaultItems("contoso")).rejects.toThrow(/catalogue\.sqlite cannot be read: it is no SQLite file/);
    await expect(importModel("contoso", model())).rejects.toThrow(LitVaultError);
    expect(readdirSync(join(home, "contoso"))).toEqual(["catalogue.sqlite"]);
  });

  test("follows a home that was replaced, and leaks no connection", async () => {
    await importModel("contoso", model(), [], "first");
    const kept = readFileSync(catalogue());
    await new VaultItem("contoso", "first").rename("second");
    rmSync(catalogue());
    expect(await names()).toEqual([]);
    writeFileSync(catalogue(), kept);
    expect(await names()).toEqual(["first"]);
    for (let call = 0; call < 50; call++) await names();
    if (existsSync("/proc/self/fd")) expect(readdirSync("/proc/self/fd").length).toBeLessThan(200);
  });

  test("a read-only home is read; writing says that it is read-only", async () => {
    await importModel("contoso", model(), [], "spy");
    const lock = (mode: number) => {
      for (const line of [...filesUnder(home), " /"]) {
        const path = join(home, line.slice(0, line.lastIndexOf(" ")));
        chmodSync(path, statSync(path).isDirectory() ? mode | 0o111 : mode);
      }
    };
    lock(0o444);
    try {
      const before = filesUnder(home);
      await asUser(async () => {
        const [item] = await getVaultItems("contoso");
        expect(await item?.details).toMatchObject({ name: "spy" });
        (await item?.loadModel())?.dispose();
        const rename = item?.rename("other");
        await expect(rename).rejects.toThrow(/catalogue\.sqlite cannot be written: .*read-only/);
        await expect(rename).rejects.toBeInstanceOf(LitVaultError);
        for (const team of ["contoso", "fabrikam"])
          for (const file of ["one.keras", "two.keras"]) {
            const attempt = importModel(team, model(file));
            await expect(attempt).rejects.toThrow(/read-only/);
            await expect(attempt).rejects.toBeInstanceOf(LitVaultError);
          }
      });
      expect(filesUnder(home)).toEqual(before);
    } finally {
      lock(0o755);
    }
    expect(await new VaultItem("contoso", "spy").rename("other")).toMatchObject({ status: "SUCCESS" });
  });

  test("a home that is a file, or that permissions close, is named with what was expected", async () => {
    const closed = join(home, "closed");
    mkdirSync(join(closed, "contoso/assets/spy"), { recursive: true });
    const file = join(home, "file");
    writeFileSync(file, "");
    const every = { unit: "min" } as const;
    const schema = { version: 1, adapter: "demo", features: ["100_1_min"], labels: [], every } as const;
    const calls = {
      LitVaultError: [() => getTeams(), () => importModel("contoso", model())],
      LitDataError: [
        () => listAssets("contoso"),
        () => new Asset("contoso", "spy").files,
        () => getAdapter("contoso", "demo"),
        () => buildAsset("contoso", schema),
      ],
    };
    const expectNamed = async (path: string, found: string) => {
      vi.stubEnv("LIT_HOME", path);
      for (const [name, list] of Object.entries(calls))
        for (const call of list) {
          const error = await call().then(String, (reason) => reason);
          expect([error.name, error.message]).toEqual([name, expect.stringContaining(path)]);
          expect(error.message).toContain(found);
        }
    };
    await expectNamed(file, "is a file (ENOTDIR), expected ");
    await loadTf();
    chmodSync(closed, 0);
    try {
      await asUser(() => expectNamed(closed, "permission denied"));
    } finally {
      chmodSync(closed, 0o755);
    }
  });

  test.each([1, 4, 8, 16])("a disk that is full after %i KiB leaves everything as it was", async (limit) => {
    await importModel("contoso", model(), [], "spy");
    const before = filesUnder(home);
    const code = `await importModel(args[0], args[1], [Array(9000).fill("f").join("")]).then(console.log, (error) => console.log(error.name + ": " + error.message));`;
    for (const team of ["contoso", "fabrikam"]) {
      const output = await startNode(code, home, [team, model("one.h5")], limit).output;
      expect(output).toMatch(/^LitVaultError: .*(stored|written): (the file is larger|the disk)/);
      expect(filesUnder(home)).toEqual(before);
    }
    expect(await names()).toEqual(["spy"]);
  });
});

describe("several processes", () => {
  test("import without a name at once, all with names of their own", async () => {
    const code = `for (let i = 0; i < 3; i++) console.log((await importModel("contoso", args[0])).name);`;
    const runs = [0, 1, 2].map((run) => startNode(code, home, [model(run % 2 ? "one.h5" : "one.keras")]).output);
    const said = (await Promise.all(runs)).flatMap((output) => output.split("\n"));
    const expected = ["new_model", ...[2, 3, 4, 5, 6, 7, 8, 9].map((number) => `new_model_${number}`)];
    expect(said.sort()).toEqual(expected);
    expect((await names()).sort()).toEqual(expected);
    expect(filesUnder(home).filter((line) => !line.endsWith("/")).length).toBe(3);
  });

  test("and calls of one process do not wait for each other forever", async () => {
    const items = await Promise.all(Array.from({ length: 6 }, () => importModel("contoso", model())));
    const renamed = await Promise.all(items.map((item) => item.rename("winner")));
    expect(renamed.filter(({ status }) => status === "SUCCESS").length).toBe(1);
  });

  test("a killed import leaves a readable catalogue and no half item", async () => {
    await importModel("contoso", model(), [], "first");
    const code = `console.log("ready");
      for (let i = 0; ; i++) {
        const copy = args[1] + "/" + i % 5 + ".keras";
        await importModel("contoso", copy, ["f"], undefined);
        await importModel("contoso", copy, ["f"], "again", { replace: true });
        if (i === 0) console.log("going");
      }`;
    const copies = join(models, "copies");
    mkdirSync(copies, { recursive: true });
    for (let copy = 0; copy < 5; copy++) {
      copyFileSync(model(["one.keras", "one.h5", "two.keras"][copy % 3]), join(copies, `${copy}.keras`));
    }
    rmSync(join(copies, "2.keras"));
    copyFileSync(model("one.h5"), join(copies, "2.keras"));
    for (let round = 0; round < 6; round++) {
      const { child, output } = startNode(code, home, ["", copies]);
      await new Promise<void>((resolve) => {
        child.stdout?.on(
          "data",
          (text: string) => String(text).includes("going") && setTimeout(resolve, 7 + round * 23),
        );
        child.on("exit", () => resolve());
      });
      expect(child.exitCode).toBeNull();
      child.kill("SIGKILL");
      await output;
      for (const item of await getVaultItems("contoso")) (await item.loadModel()).dispose();
      const database = new Database(catalogue());
      expect(database.pragma("integrity_check")).toEqual([{ integrity_check: "ok" }]);
      database.close();
    }
    expect((await names()).length).toBeGreaterThan(6);
    expect((await importModel("contoso", model(), [], "last")).name).toBe("last");
  });
});
