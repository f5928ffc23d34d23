import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;

let temporary: string;
beforeEach(() => {
  temporary = mkdtempSync(join(tmpdir(), "mirror-"));
  // As /tmp is: everybody may write, nobody may remove what is another's.
  chmodSync(temporary, 0o1777);
});
afterEach(() => rmSync(temporary, { recursive: true, force: true }));

/** A process that has ended. */
const ended = () => spawnSync(process.execPath, ["-e", ""]).pid;

/** Makes a mirror of a notebook's folder, in a process that is not root's; its folder. */
function makeMirror(): string {
  const script = `
    const { Mirror } = await import(process.argv[1]);
    console.log(new Mirror("/notebooks").folder);`;
  const module = new URL("../../dist/checker/mirror.js", import.meta.url).href;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", script, module], {
    cwd: temporary,
    encoding: "utf8",
    env: { ...process.env, TMPDIR: temporary },
    ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}),
  });
  expect(stderr).toBe("");
  return stdout.trim();
}

test("removes what kernels that have ended have left, and nothing else", () => {
  const orphan = join(temporary, `litlab-kernel-${ended()}-abc`, "deep");
  const living = join(temporary, `litlab-kernel-${process.pid}-abc`);
  const other = join(temporary, "other-kernel-1-abc");
  for (const folder of [orphan, living, other]) mkdirSync(folder, { recursive: true });
  if (isRoot) for (const folder of [join(orphan, ".."), orphan]) chownSync(folder, NOBODY, NOBODY);
  expect(existsSync(makeMirror())).toBe(true);
  expect([orphan, living, other].map((folder) => existsSync(folder))).toEqual([false, true, true]);
});

test("leaves alone what it may not remove, such as another user's", () => {
  const folder = join(temporary, `litlab-kernel-${ended()}-abc`);
  mkdirSync(join(folder, "deep"), { recursive: true });
  chmodSync(folder, 0o555);
  expect(existsSync(makeMirror())).toBe(true);
  expect(existsSync(join(folder, "deep"))).toBe(true);
  chmodSync(folder, 0o755);
});
