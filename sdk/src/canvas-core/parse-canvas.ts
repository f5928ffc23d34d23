import { LitModelError } from "../errors.js";
import type { CanvasDocument } from "./canvas-document.js";
import { checkCanvas } from "./check-canvas.js";
import { migrateDocument } from "./migrations.js";

/** A canvas' text takes at most these many bytes as UTF-8. */
export const MOST_CANVAS_BYTES = 16 * 2 ** 20;
const MOST_LEVELS = 32;

/**
 * Reads a canvas' text: a document of any older version comes as one of today's.
 * @param where what messages call the canvas. Default `the canvas`
 * @throws LitModelError that names what is wrong: no JSON, too large, nested too deeply, another version, an unknown
 * component or setting, an id twice, an edge to nowhere, a circle
 */
export function parseCanvas(text: string, where = "the canvas"): CanvasDocument {
  checkSize(text, where);
  checkLevels(text, where);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new LitModelError(`${where} is not JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
  return checkCanvas(migrateDocument(value, where), where);
}

/** @throws LitModelError if a canvas' text is too large */
export function checkSize(text: string, where: string): void {
  // A UTF-16 unit takes three bytes at most.
  const bytes = text.length > MOST_CANVAS_BYTES / 3 ? new TextEncoder().encode(text).length : text.length;
  if (bytes > MOST_CANVAS_BYTES)
    throw new LitModelError(`${where} has ${bytes} bytes, expected at most ${MOST_CANVAS_BYTES} (16 MiB)`);
}

/** Before it is parsed: what is nested deeply takes much memory. */
function checkLevels(text: string, where: string): void {
  let level = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      for (i++; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i++;
    } else if (unit === 0x7b || unit === 0x5b) {
      if (++level > MOST_LEVELS) throw new LitModelError(`${where} is nested deeper than ${MOST_LEVELS} levels`);
    } else if (unit === 0x7d || unit === 0x5d) level--;
  }
}
