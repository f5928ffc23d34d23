import { randomUUID } from "node:crypto";
import { inspect, types } from "node:util";
import type { Bundle } from "../channel.js";
import { escapeHtml, rowsTable } from "./html.js";
import { currentCell, send } from "./output.js";

const DISPLAY = Symbol.for("Jupyter.display");
const MOST_CARDS = 50;

type MimeData = Readonly<Record<string, unknown>>;
type Displayable = { readonly [DISPLAY]: () => unknown };

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";
/** The global object's is `display` itself. */
const isDisplayable = (value: unknown): value is Displayable =>
  isObject(value) && value !== globalThis && typeof (value as Partial<Displayable>)[DISPLAY] === "function";

/**
 * What a notebook shows of a value: what its `Symbol.for("Jupyter.display")` gives, sync or async, a MIME bundle or
 * `{ data, metadata }`; of a list of such values their cards; of an array of plain objects a table; always its text.
 */
export function bundleOf(value: unknown): Bundle | Promise<Bundle> {
  const text = { "text/plain": inspect(value) };
  if (isDisplayable(value)) {
    const bundle = (shown: unknown) => {
      const { data, metadata } = partsOf(shown);
      return { data: { ...text, ...data }, metadata };
    };
    const shown = value[DISPLAY]();
    return types.isPromise(shown) ? shown.then(bundle) : bundle(shown);
  }
  const bundle = (html: string | null) => ({ data: html ? { ...text, "text/html": html } : text, metadata: {} });
  if (!Array.isArray(value) || value.length === 0) return bundle(null);
  return value.every(isDisplayable) ? cards(value).then(bundle) : bundle(rowsTable(value));
}

async function cards(values: readonly Displayable[]): Promise<string | null> {
  const bundles = await Promise.all(
    values.slice(0, MOST_CARDS).map(async (value) => partsOf(await value[DISPLAY]()).data),
  );
  const parts = bundles.map((bundle) => bundle["text/html"]).filter((part) => typeof part === "string");
  const more = values.length > MOST_CARDS ? [`<div>${MOST_CARDS} of ${values.length} are shown</div>`] : [];
  return parts.length === bundles.length ? [...parts, ...more].join("\n") : null;
}

function partsOf(shown: unknown): Bundle {
  const parts = (isObject(shown) ? shown : {}) as { data?: unknown; metadata?: unknown };
  const isWhole = isObject(parts.data) && Object.keys(parts).every((key) => key === "data" || key === "metadata");
  const data = (isWhole ? parts.data : parts) as MimeData;
  return { data: mimeData(data), metadata: (isWhole && isObject(parts.metadata) ? parts.metadata : {}) as MimeData };
}

/** Bytes travel as base64. */
const mimeData = (data: MimeData): MimeData =>
  Object.fromEntries(
    Object.entries(data).map(([mime, value]) => [
      mime,
      types.isUint8Array(value)
        ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64")
        : value,
    ]),
  );

export interface DisplayOptions {
  /** Replace what was shown under this id. Default: a new id. */
  readonly displayId?: string;
  /** Change what is shown under `displayId` instead of showing it anew. Default false. */
  readonly update?: boolean;
  /** `value` is a MIME bundle to be shown as it is. Default false. */
  readonly raw?: boolean;
}

/** Something that is shown and can be changed. */
export class DisplayHandle {
  readonly displayId: string;

  constructor(displayId: string) {
    this.displayId = displayId;
  }

  /** Shows another value in its place. */
  update(value: unknown, options: Pick<DisplayOptions, "raw"> = {}): Promise<DisplayHandle> {
    return display(value, { ...options, displayId: this.displayId, update: true });
  }

  /** Its value was shown when it was made. */
  [inspect.custom](): string {
    return `DisplayHandle { displayId: '${this.displayId}' }`;
  }
}

/** Shows a value in the output of the cell. */
export async function display(
  value: unknown,
  { displayId = randomUUID(), update = false, raw = false }: DisplayOptions = {},
): Promise<DisplayHandle> {
  const cell = currentCell();
  const bundle = raw ? partsOf(value) : bundleOf(value);
  // What is there at once is shown before what comes after it.
  send({ type: "display", cell, bundle: types.isPromise(bundle) ? await bundle : bundle, displayId, update });
  return new DisplayHandle(displayId);
}

/** Removes what the cell has shown; with `wait` as soon as it shows something else. */
export function clearOutput({ wait = false }: { readonly wait?: boolean } = {}): void {
  send({ type: "clear", cell: currentCell(), wait });
}

/** Markup that a notebook shows as it is. */
class Markup {
  readonly #mime: string;
  readonly #text: string;

  constructor(mime: string, text: string) {
    this.#mime = mime;
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }

  [DISPLAY](): MimeData {
    return { [this.#mime]: this.#text, "text/plain": this.#text };
  }

  [inspect.custom](): string {
    return this.#text;
  }
}

/** A tag for template literals; what is interpolated is escaped, unless it is markup of the same kind itself. */
const markupTag =
  (mime: string, escapeText: (text: string) => string) =>
  (parts: TemplateStringsArray, ...values: readonly unknown[]): Markup => {
    const one = (value: unknown): string =>
      Array.isArray(value)
        ? value.map(one).join("")
        : value instanceof Markup
          ? String(value)
          : escapeText(String(value ?? ""));
    return new Markup(mime, parts.map((part, i) => part + (i < values.length ? one(values[i]) : "")).join(""));
  };

/** ``html`<b>${text}</b>` ``: HTML, with what is interpolated escaped. */
export const html = markupTag("text/html", escapeHtml);

/** ``svg`<svg>…${text}…</svg>` ``: SVG, with what is interpolated escaped. */
export const svg = markupTag("image/svg+xml", escapeHtml);

/** ``md`**${text}**` ``: Markdown, with what is interpolated escaped. */
export const md = markupTag("text/markdown", (text) => escapeHtml(text).replace(/[\\`*_{}[\]()#+\-.!|~>$]/g, "\\$&"));
