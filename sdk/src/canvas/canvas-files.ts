import { link, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MOST_CANVAS_BYTES } from "../canvas-core/parse-canvas.js";
import { LitModelError } from "../errors.js";
import { besidePath, checkName, entriesOf, isName, sweepUnfinished, syncPath, teamFolder } from "../home.js";
import { openForReading } from "../open-for-reading.js";

/** What the name of a canvas' file ends in. */
export const CANVAS_ENDING = ".canvas.json";

/** Where a team keeps its canvases. @throws LitVaultError if the team's name is not valid */
export const canvasFolder = (team: string): string => join(teamFolder(team), "canvases");

/** Where a team keeps the canvas of a name. @throws LitVaultError if a name is not valid */
export const canvasPath = (team: string, name: string): string =>
  join(canvasFolder(team), `${checkName(name, "canvas name")}${CANVAS_ENDING}`);

/** The names of a team's canvases, in order. @throws LitModelError if their folder cannot be read */
export async function canvasNames(team: string): Promise<string[]> {
  const entries = await entriesOf(canvasFolder(team), LitModelError);
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(CANVAS_ENDING));
  return names
    .map((name) => name.slice(0, -CANVAS_ENDING.length))
    .filter(isName)
    .sort();
}

/** The text of a canvas' file, not parsed. @throws LitModelError if there is none, or it is too large or no text */
export async function readCanvasText(path: string): Promise<string> {
  const { handle, size } = await openForReading(path, LitModelError);
  try {
    if (size > MOST_CANVAS_BYTES)
      throw new LitModelError(`${path} has ${size} bytes, expected at most ${MOST_CANVAS_BYTES}`, {
        code: "TOO_LARGE",
      });
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await handle.readFile());
  } catch (cause) {
    if (cause instanceof LitModelError) throw cause;
    throw new LitModelError(`${path} is no canvas: ${(cause as Error).message}`, { cause });
  } finally {
    await handle.close();
  }
}

/**
 * Writes a canvas' text whole or not at all.
 * @param isNew over no other: false if there is one
 * @throws LitModelError if it cannot be written
 */
export async function writeCanvasText(path: string, text: string, isNew: boolean): Promise<boolean> {
  const folder = dirname(path);
  const temporary = besidePath(path);
  try {
    await mkdir(folder, { recursive: true });
    await sweepUnfinished(folder);
    await writeFile(temporary, text);
    await syncPath(temporary);
    if (!isNew) await rename(temporary, path);
    else if (!(await isLinked(temporary, path))) return false;
    await syncPath(folder);
    return true;
  } catch (cause) {
    const { code = null, message } = cause as NodeJS.ErrnoException;
    throw new LitModelError(`${path} cannot be written: ${message}`, { code, cause });
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Gives a file another name; false if something has that name. */
async function isLinked(path: string, to: string): Promise<boolean> {
  try {
    await link(path, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}
