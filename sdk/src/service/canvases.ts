import { createHash } from "node:crypto";
import { access, constants, link, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { Canvas } from "../canvas/canvas.js";
import { canvasFolder, canvasNames, canvasPath, readCanvasText, writeCanvasText } from "../canvas/canvas-files.js";
import { MOST_CANVAS_BYTES } from "../canvas-core/parse-canvas.js";
import { LitModelError, LitVaultError } from "../errors.js";
import { sameName, syncPath } from "../home.js";
import type { Rename, Result } from "../rpc/methods.js";
import { blobPath } from "../vault/blobs.js";
import { isTeam } from "../vault/catalogue.js";
import { vaultError } from "../vault/vault-error.js";
import { recordOf } from "./items.js";
import type { Methods } from "./methods.js";
import type { Watcher } from "./watcher.js";

type CanvasMethods = Methods<
  "canvases.list" | "canvases.read" | "canvases.write" | "canvases.rename" | "canvases.duplicate" | "canvases.remove"
>;

/** A team's canvases as files. Changes of this process run one after the other, so a version that was checked still holds. */
export function canvasMethods(watcher: Watcher, onRename: (rename: Rename) => void): CanvasMethods {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(change: () => Promise<T>): Promise<T> => {
    const result = last.then(change);
    last = result.catch(() => undefined);
    return result;
  };

  return {
    "canvases.list": async ({ team }) => {
      await watcher.follow(team);
      const names = await canvasNames(team);
      const listed = await Promise.all(
        names.map(async (name) => {
          const modified = await modifiedOf(canvasPath(team, name)).catch(() => null);
          return modified === null ? [] : [{ name, modified }];
        }),
      );
      return listed.flat();
    },

    "canvases.read": async (place) => {
      await watcher.follow(place.team);
      if ("item" in place) return await itemCanvas(place.team, place.item);
      const { team, canvas } = place;
      const path = canvasPath(team, canvas);
      const [content, writable] = [await read(team, canvas), await isWritable(team)];
      return { name: canvas, content, version: versionOf(content), writable, modified: await modifiedOf(path) };
    },

    "canvases.write": ({ team, canvas, content, version }) =>
      inTurn(async () => {
        const path = canvasPath(team, canvas);
        const bytes = Buffer.byteLength(content);
        if (bytes > MOST_CANVAS_BYTES)
          throw new LitModelError(`${canvas} has ${bytes} bytes, expected at most ${MOST_CANVAS_BYTES}`, {
            code: "TOO_LARGE",
          });
        await checkTeam(team);
        const known = sameName(await canvasNames(team), canvas);
        if (known !== undefined && known !== canvas) throw nameExists(known);
        const there = known === undefined ? null : versionOf(await readCanvasText(path));
        if (there !== version) throw conflict(canvas, there);
        if (!(await write(path, content, version === null))) throw conflict(canvas, "");
        return { name: canvas, version: versionOf(content), writable: true, modified: await modifiedOf(path) };
      }),

    "canvases.rename": ({ team, canvas, newName }) =>
      inTurn(async () => {
        const [from, to] = [canvasPath(team, canvas), canvasPath(team, newName)];
        const known = sameName(await canvasNames(team), newName);
        if (known !== undefined && (known !== canvas || canvas === newName)) throw nameExists(known);
        await move(from, to).catch((error) => {
          throw failure(canvas, from, "cannot be renamed", error);
        });
        onRename({ team, kind: "canvas", name: canvas, newName });
        return {};
      }),

    "canvases.duplicate": ({ team, canvas }) =>
      inTurn(async () => {
        const { name } = await new Canvas(team, canvas).duplicate();
        return { name };
      }),

    "canvases.remove": ({ team, canvas }) =>
      inTurn(async () => {
        await new Canvas(team, canvas).remove();
        return {};
      }),
  };
}

const versionOf = (content: string): string => createHash("sha256").update(content).digest("hex");
const modifiedOf = async (path: string): Promise<string> => (await stat(path)).mtime.toISOString();

/** The canvas of a vault item, as it was when the item came. */
async function itemCanvas(team: string, item: string): Promise<Result<"canvases.read">> {
  const { canvas } = await recordOf(team, item);
  if (canvas === null) throw new LitVaultError(`the item ${item} has no canvas`, { code: "NOT_FOUND" });
  const path = blobPath(team, canvas);
  const content = await readCanvasText(path);
  return { name: item, content, version: versionOf(content), writable: false, modified: await modifiedOf(path) };
}

async function checkTeam(team: string): Promise<void> {
  if (!(await isTeam(team))) throw new LitVaultError(`there is no team ${team}`, { code: "NOT_FOUND" });
}

const isWritable = (team: string): Promise<boolean> =>
  access(canvasFolder(team), constants.W_OK).then(
    () => true,
    () => false,
  );

/** @throws LitVaultError if there is no such canvas */
const read = (team: string, canvas: string): Promise<string> =>
  readCanvasText(canvasPath(team, canvas)).catch((error) => {
    throw error.cause?.code === "ENOENT" ? failure(canvas, "", "", error.cause) : error;
  });

/** Writes a canvas; false if it is new and another is there. @throws LitVaultError if the home cannot be written */
const write = (path: string, content: string, isNew: boolean): Promise<boolean> =>
  writeCanvasText(path, content, isNew).catch((error) => {
    throw vaultError(path, "cannot be written", error.cause);
  });

/** Renames a file, over no other. */
async function move(from: string, to: string): Promise<void> {
  await link(from, to);
  await rm(from);
  await syncPath(dirname(to));
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
