import { randomUUID } from "node:crypto";
import { TYPESCRIPT_VERSION } from "../versions.js";
import { display } from "./display.js";

/** Shows one MIME type after the other in one place, as tslab's Display does. */
class Display {
  readonly #displayId: string | undefined;
  #isShown = false;

  constructor(displayId?: string) {
    this.#displayId = displayId;
  }

  javascript = (text: string): void => this.raw("text/javascript", text);
  html = (text: string): void => this.raw("text/html", text);
  markdown = (text: string): void => this.raw("text/markdown", text);
  latex = (text: string): void => this.raw("text/latex", text);
  svg = (text: string): void => this.raw("image/svg+xml", text);
  png = (bytes: Uint8Array): void => this.raw("image/png", bytes);
  jpeg = (bytes: Uint8Array): void => this.raw("image/jpeg", bytes);
  gif = (bytes: Uint8Array): void => this.raw("image/gif", bytes);
  pdf = (bytes: Uint8Array): void => this.raw("application/pdf", bytes);
  text = (text: string): void => this.raw("text/plain", text);

  raw = (mime: string, value: string | Uint8Array): void => {
    const update = this.#isShown;
    this.#isShown = this.#displayId !== undefined;
    void display({ [mime]: value }, { raw: true, update, ...(this.#displayId ? { displayId: this.#displayId } : {}) });
  };
}

/** The module `tslab`: its public API, version 1.0.22. */
export const tslab = {
  display: new Display(),
  newDisplay: (): Display => new Display(randomUUID()),
  versions: { tslab: "1.0.22", typescript: TYPESCRIPT_VERSION, node: process.version },
};
