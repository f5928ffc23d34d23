import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LitVaultError } from "./errors.js";
import { besidePath, checkName, entriesOf, litHome, sameName, teamFolder, writeBeside } from "./home.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "litlab-home-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe("the home", () => {
  test("is LIT_HOME, else in XDG_DATA_HOME, else in ~/.local/share", () => {
    vi.stubEnv("LIT_HOME", "/data");
    expect([litHome(), teamFolder("contoso")]).toEqual(["/data", "/data/contoso"]);
    vi.stubEnv("LIT_HOME", "");
    vi.stubEnv("XDG_DATA_HOME", "/xdg");
    expect(litHome()).toBe("/xdg/litlab");
    vi.stubEnv("XDG_DATA_HOME", "");
    expect(litHome()).toBe(join(homedir(), ".local/share/litlab"));
  });

  test.each(["../x", "a/b", ".x", "x.", "\0", "a\0b", "x".repeat(129), "", "-x", "a b", "ä", "a\\b", "a\n", null, 7])(
    "refuses the name %j",
    (name) => {
      expect(() => checkName(name)).toThrow(LitVaultError);
      expect(() => teamFolder(name as string)).toThrow("is no valid team name");
    },
  );

  test.each(["x", "x".repeat(128), "NUL", "a.b-c_d", "_x", "0", "schema_1707673805399"])(
    "takes the name %s",
    (name) => {
      expect(checkName(name)).toBe(name);
    },
  );

  test("names are unique ignoring case", () => {
    expect(sameName(["foo", "bar"], "Foo")).toBe("foo");
    expect(sameName(["foo"], "fo")).toBeUndefined();
  });
});

describe("writeBeside", () => {
  test("gives the whole file at once", async () => {
    const path = join(folder, "deep", "file");
    await writeBeside(path, async (temporary) => {
      writeFileSync(temporary, "whole");
      expect(readdirSync(join(folder, "deep"))).toEqual([expect.stringMatching(/^\.file\..*\.tmp$/)]);
    });
    expect(readFileSync(path, "utf8")).toBe("whole");
    expect((await entriesOf(join(folder, "deep"))).map(({ name }) => name)).toEqual(["file"]);
    expect(await entriesOf(join(folder, "none"))).toEqual([]);
  });

  test("removes what a process that died left unfinished, and nothing of one that lives", async () => {
    const dead = spawnSync(process.execPath, ["--version"]).pid;
    const [mine, host] = /^\.file\.(.*)\.\d+\.\d+\.tmp$/.exec(basename(besidePath("file"))) ?? [];
    const alive = [mine ?? "", `.file.other-host.${dead}.0.tmp`, `.file.${dead}.tmp`, "file.tmp"];
    for (const name of [...alive, `.file.${host}.${dead}.0.tmp`, `.cat.${host}.${dead}.1.tmp-journal`])
      writeFileSync(join(folder, name), "half");
    await writeBeside(join(folder, "new"), async (temporary) => writeFileSync(temporary, "whole"));
    expect(readdirSync(folder).sort()).toEqual([...alive, "new"].sort());
  });

  test("leaves nothing when writing fails", async () => {
    const path = join(folder, "file");
    writeFileSync(path, "old");
    const write = async (temporary: string) => {
      writeFileSync(temporary, "half");
      throw new Error("disk full");
    };
    await expect(writeBeside(path, write)).rejects.toThrow("disk full");
    expect([readdirSync(folder), readFileSync(path, "utf8")]).toEqual([["file"], "old"]);
  });
});
