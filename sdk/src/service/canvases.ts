import { createHash } from "node:crypto";
import { access, constants, link, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LitError, LitModelError, LitVaultError } from "../errors.js";
import { besidePath, checkName, entriesOf, isName, sameName, sweepUnfinished, syncPath, teamFolder } from "../home.js";
import { openForReading } from "../open-for-reading.js";
import { isTeam } from "../vault/catalogue.js";
import { vaultError } from "../vault/vault-error.js";
import { VaultItem } from "../vault/vault-item.js";
import type { Methods } from "./methods.js";
import type { Watcher } from "./watcher.js";

type CanvasMethods = Methods<
  "canvases.list" | "canvases.read" | "canvases.write" | "canvases.rename" | "canvases.duplicate" | "canvases.remove"
>;

const ENDING = ".canvas.json";
const MOST_BYTES = 16 * 2 ** 20;

/** A team's canvases as files. Changes of this process run one after the other, so a version that was checked still holds. */
export function canvasMethods(watcher: Watcher): CanvasMethods {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const result = last.then(change);
    last = result.catch(() => undefined);
    return result;
  };

  return {
    "canvases.list": async ({ team }) => {
      await watcher.follow(team);
      const names = await namesOf(team);
      const listed = await Promise.all(
        names.map(async (name) => {
          const modified = await modifiedOf(pathOf(team, name)).catch(() => null);
          return modified === null ? [] : [{ name, modified }];
        }),
      );
      return listed.flat();
    },

    "canvases.read": async (place) => {
      await watcher.follow(place.team);
      if ("item" in place) {
        const canvas = await new VaultItem(place.team, place.item).canvas;
        if (canvas === null) throw new LitVaultError(`the item ${place.item} has no canvas`, { code: "NOT_FOUND" });
        const content = JSON.stringify(canvas, null, 2);
        return { name: place.item, content, version: versionOf(content), writable: false, modified: "" };
      }
      const { team, canvas } = place;
      const path = pathOf(team, canvas);
      const [content, writable] = [await readText(path), await isWritable(team)];
      return { name: canvas, content, version: versionOf(content), writable, modified: await modifiedOf(path) };
    },

    "canvases.write": ({ team, canvas, content, version }) =>
      inTurn(async () => {
        const path = pathOf(team, canvas);
        const bytes = Buffer.byteLength(content);
        if (bytes > MOST_BYTES)
          throw new LitModelError(`${canvas} has ${bytes} bytes, expected at most ${MOST_BYTES}`, {
            code: "TOO_LARGE",
          });
        await checkTeam(team);
        const known = sameName(await namesOf(team), canvas);
        if (known !== undefined && known !== canvas) throw nameExists(known);
        const there = known === undefined ? null : versionOf(await readText(path));
        if (there !== version) throw conflict(canvas, there);
        await write(path, content, version === null).catch((error) => {
          throw error.code === "EEXIST" ? conflict(canvas, "") : vaultError(path, "cannot be written", error);
        });
        return { name: canvas, version: versionOf(content), writable: true, modified: await modifiedOf(path) };
      }),

    "canvases.rename": ({ team, canvas, newName }) =>
      inTurn(async () => {
        const [from, to] = [pathOf(team, canvas), pathOf(team, newName)];
        const known = sameName(await namesOf(team), newName);
        if (known !== undefined && (known !== canvas || canvas === newName)) throw nameExists(known);
        await move(from, to).catch((error) => {
          throw failure(canvas, from, "cannot be renamed", error);
        });
        return {};
      }),

    "canvases.duplicate": ({ team, canvas }) =>
      inTurn(async () => {
        const content = await readText(pathOf(team, canvas));
        const names = await namesOf(team);
        let name = `${canvas}_copy`;
        for (let number = 2; sameName(names, name); number++) name = `${canvas}_copy_${number}`;
        const path = pathOf(team, name);
        await write(path, content, true).catch((error) => {
          throw failure(name, path, "cannot be written", error);
        });
        return { name };
      }),

    "canvases.remove": ({ team, canvas }) =>
      inTurn(async () => {
        const path = pathOf(team, canvas);
        await rm(path).catch((error) => {
          throw failure(canvas, path, "cannot be removed", error);
        });
        return {};
      }),
  };
}

const folderOf = (team: string): string => join(teamFolder(team), "canvases");
const pathOf = (team: string, name: string): string =>
  join(folderOf(team), `${checkName(name, "canvas name")}${ENDING}`);
const versionOf = (content: string): string => createHash("sha256").update(content).digest("hex");
const modifiedOf = async (path: string): Promise<string> => (await stat(path)).mtime.toISOString();

async function namesOf(team: string): Promise<string[]> {
  const entries = await entriesOf(folderOf(team));
  const names = entries.filter(({ name }) => name.endsWith(ENDING)).map(({ name }) => name.slice(0, -ENDING.length));
  return names.filter(isName).sort();
}

async function checkTeam(team: string): Promise<void> {
  if (!(await isTeam(team))) throw new LitVaultError(`there is no team ${team}`, { code: "NOT_FOUND" });
}

const isWritable = (team: string): Promise<boolean> =>
  access(folderOf(team), constants.W_OK).then(
    () => true,
    () => false,
  );

/** @throws LitModelError if the file is not there, too large or no text */
async function readText(path: string): Promise<string> {
  const { handle, size } = await openForReading(path, LitModelError);
  try {
    if (size > MOST_BYTES)
      throw new LitModelError(`${path} has ${size} bytes, expected at most ${MOST_BYTES}`, { code: "TOO_LARGE" });
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
  } catch (cause) {
    if (cause instanceof LitError) throw cause;
    throw new LitModelError(`${path} is no canvas: ${(cause as Error).message}`, { cause });
  } finally {
    await handle.close();
  }
}

/** Writes a file whole or not at all. @param isNew another that is there is an error, EEXIST */
async function write(path: string, content: string, isNew: boolean): Promise<void> {
  const folder = join(path, "..");
  await mkdir(folder, { recursive: true });
  await sweepUnfinished(folder);
  const temporary = besidePath(path);
  try {
    await writeFile(temporary, content, { flag: "wx" });
    await syncPath(temporary);
    if (isNew) await link(temporary, path);
    else await rename(temporary, path);
    await syncPath(folder);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Renames a file, over no other. */
async function move(from: string, to: string): Promise<void> {
  await link(from, to);
  await rm(from);
  await syncPath(join(to, ".."));
}

const nameExists = (name: string) =>
  new LitVaultError(`name already exists: there is a canvas ${name}`, { code: "NAME_EXISTS" });

const conflict = (name: string, there: string | null) =>
  new LitVaultError(
    there === null
      ? `the canvas ${name} has been removed meanwhile`
      : `the canvas ${name} has been changed meanwhile, by another page or program`,
    { code: "CONFLICT" },
  );

function failure(name: string, path: string, what: string, error: NodeJS.ErrnoException): unknown {
  if (error.code === "ENOENT") return new LitVaultError(`there is no canvas ${name}`, { code: "NOT_FOUND" });
  if (error.code === "EEXIST") return nameExists(name);
  return vaultError(path, what, error);
}
