import { rm } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import type { CanvasDocument } from "../canvas-core/canvas-document.js";
import type { Component, SettingsOf } from "../canvas-core/components.js";
import type { MimeBundle } from "../display/mime-bundle.js";
import { LitModelError } from "../errors.js";
import { checkName, checkNewTeam, sameName, syncPath } from "../home.js";
import { canvasNames, canvasPath, readCanvasText, writeCanvasText } from "./canvas-files.js";

/** An output of a canvas, under the reference's keys. */
export type CanvasOutput = SettingsOf<Extract<CanvasDocument["nodes"][number], { type: "output" }>>;

/** Names are of 128 characters at most. */
const MOST_LETTERS = 128;

/** A model as a canvas: what it is made of, without code (the reference's Canvas). */
export class Canvas {
  readonly team: string;
  readonly name: string;
  /** The JSON file that holds it. */
  readonly path: string;

  /**
   * A team's canvas by its name, or any file by its path, which is then only read.
   * @param name Default: the file's name without `.canvas.json`
   * @param path Default: `<team>/canvases/<name>.canvas.json` in the home
   * @throws LitVaultError if a name is not valid; whether the canvas exists shows when it is read
   * @throws LitModelError if neither name nor path are given
   */
  constructor(team: string, name?: string | null, path?: string | null) {
    this.team = checkName(team, "team name");
    if (!name && !path) throw new LitModelError("a canvas has a name or a path, found neither");
    this.name = checkName(name || basename(path ?? "").replace(/(\.canvas)?\.json$/, ""), "canvas name");
    this.path = path ? resolve(path) : canvasPath(team, this.name);
  }

  /** What the canvas holds. @throws LitModelError if there is no such canvas, or its file is not valid */
  get document(): Promise<CanvasDocument> {
    return this.#read();
  }

  /** The features of each input. @throws LitModelError */
  get inputs(): Promise<string[][]> {
    return this.#settings("input").then((inputs) => inputs.map(({ features }) => [...features]));
  }

  /** Each output: its label, what column of it, and how it is trained. @throws LitModelError */
  get outputs(): Promise<CanvasOutput[]> {
    return this.#settings("output");
  }

  /** The components that a canvas can be made of, with their settings. */
  async getAvailableComponents(): Promise<readonly Component[]> {
    return (await import("../canvas-core/components.js")).COMPONENTS;
  }

  /**
   * Writes the canvas, over what it held before: whole or not at all.
   * @throws LitModelError if the document is not valid, the canvas is not one of the team's, a canvas of the same name in
   *   another case exists, or the home cannot be written
   * @throws LitVaultError if a team of the same name in another case exists
   */
  async save(document: CanvasDocument): Promise<void> {
    this.#checkOwn("saved");
    const { writeCanvas } = await import("../canvas-core/write-canvas.js");
    const text = writeCanvas(document, `the canvas ${this.name}`);
    await checkNewTeam(this.team);
    const other = sameName(await canvasNames(this.team), this.name);
    if (other !== undefined && other !== this.name)
      throw new LitModelError(`name already exists: there is a canvas ${other}`, { code: "NAME_EXISTS" });
    await writeCanvasText(this.path, text, false);
  }

  /**
   * Copies the canvas' text as it is into the team's canvases, as `<name>_copy`, then `<name>_copy_2`, …
   * @returns the copy
   * @throws LitModelError if there is no such canvas, or the home cannot be written
   * @throws LitVaultError if a team of the same name in another case exists
   */
  async duplicate(): Promise<Canvas> {
    const text = await this.#readText();
    await checkNewTeam(this.team);
    for (let number = 1; ; number++) {
      const ending = number > 1 ? `_copy_${number}` : "_copy";
      const name = `${this.name.slice(0, MOST_LETTERS - ending.length)}${ending}`;
      const copy = new Canvas(this.team, name);
      // Another process may take the name at any time, so the file decides.
      const taken = sameName(await canvasNames(this.team), name) !== undefined;
      if (!taken && (await writeCanvasText(copy.path, text, true))) return copy;
    }
  }

  /** Removes the canvas for good. @throws LitModelError if there is no such canvas, or it is not one of the team's */
  async remove(): Promise<void> {
    this.#checkOwn("removed");
    try {
      await rm(this.path);
      await syncPath(dirname(this.path));
    } catch (cause) {
      const { code = null, message } = cause as NodeJS.ErrnoException;
      if (code === "ENOENT") throw this.#missing(cause);
      throw new LitModelError(`${this.path} cannot be removed: ${message}`, { code, cause });
    }
  }

  toString(): string {
    return `Canvas(team='${this.team}', name='${this.name}')`;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  async [Symbol.for("Jupyter.display")](): Promise<MimeBundle> {
    const { canvasBundle } = await import("../display/canvas.js");
    return canvasBundle(this, await this.#read());
  }

  async #read(): Promise<CanvasDocument> {
    const { parseCanvas } = await import("../canvas-core/parse-canvas.js");
    return parseCanvas(await this.#readText(), this.path);
  }

  async #readText(): Promise<string> {
    return await readCanvasText(this.path).catch((error) => {
      throw error.cause?.code === "ENOENT" ? this.#missing(error.cause) : error;
    });
  }

  #missing(cause: unknown): LitModelError {
    return new LitModelError(`there is no canvas ${this.name} of the team ${this.team}, expected ${this.path}`, {
      code: "NOT_FOUND",
      cause,
    });
  }

  async #settings<T extends "input" | "output">(type: T) {
    const { settingsOf } = await import("../canvas-core/components.js");
    const { nodes } = await this.#read();
    return nodes.filter((node): node is Extract<typeof node, { type: T }> => node.type === type).map(settingsOf);
  }

  /** A file that was given by its path is someone else's. */
  #checkOwn(what: string): void {
    const own = canvasPath(this.team, this.name);
    if (this.path === resolve(own)) return;
    throw new LitModelError(`${this.path} is not ${what}: it is only read, the team's canvas ${this.name} is ${own}`, {
      code: "READ_ONLY",
    });
  }
}
