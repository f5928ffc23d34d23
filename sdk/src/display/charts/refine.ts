import { randomUUID } from "node:crypto";
import type { Picture } from "./picture.js";
import type { Window } from "./picture-of.js";
import { type PlotlyFigure, plotlyFigure } from "./plotly-figure.js";
import { MOST_SLOTS } from "./slots.js";

/** The comm that a page opens to see more of a chart: docs/charts.md. */
const TARGET = "litlab.bars";
const VERSION = 1;
/** What is kept for pages that may zoom in. Beyond it a chart lasts as long as the notebook holds it, or a page has it open. */
const MOST_BYTES = 256 * 2 ** 20;
const MOST_CHARTS = 32;

/** Where a notebook's kernel lets its pages open channels. */
const HOST = Symbol.for("Jupyter.comms");

interface Comm {
  onMessage: ((event: { readonly data: unknown }) => unknown) | null;
  send(data: unknown): void;
  close(data?: unknown): void;
}

interface Comms {
  register(target: string, opened: (comm: Comm, event: { readonly data: unknown }) => unknown): void;
}

/** A figure of a part of a chart. */
export interface PartFigure extends PlotlyFigure, Pick<Picture, "begin" | "end" | "merged"> {}

/** What shows a part of itself to who zooms in. */
export interface Refinable {
  figure(window: Window): PartFigure;
}

/** What is said of a chart that is kept. */
export interface Offered {
  /** What shows nothing but itself, and so has one chart; null: what has more in it. */
  readonly frame: object | null;
  /** How many bars there are; of trades the instant after the last one. */
  readonly length: number;
  /** What it holds in memory. */
  readonly bytes: number;
}

/** What `layout.meta` says of a chart whose picture merges bars or trades. */
export interface RefineMeta {
  readonly litlab: {
    readonly version: typeof VERSION;
    readonly target: typeof TARGET;
    readonly id: string;
    readonly length: number;
    readonly begin: number;
    readonly end: number;
    readonly merged: number;
  };
}

const charts = new Map<string, WeakRef<Refinable>>();
/** The charts that were shown last, by id, the oldest first. */
const recent = new Map<string, { readonly chart: Refinable; readonly bytes: number }>();
/** Bare frames have one chart, for as long as they live. */
const frames = new WeakMap<object, { readonly chart: Refinable; readonly id: string }>();
let host: Comms | undefined;

/** The figure of a part's picture. */
export const partFigure = (picture: Picture): PartFigure => {
  const { begin, end, merged } = picture;
  return { begin, end, merged, ...plotlyFigure(picture) };
};

/** Keeps a chart for pages that zoom in, if there is a kernel and a slot of its picture holds several; what the page is to ask for. */
export function offer(
  chart: Refinable,
  { frame, length, bytes }: Offered,
  { begin, end, merged }: Picture,
): RefineMeta | undefined {
  const comms = (globalThis as { readonly [HOST]?: Comms })[HOST];
  if (merged === 1 || !comms) return undefined;
  if (host !== comms) comms.register(TARGET, open);
  host = comms;
  const known = frame ? frames.get(frame) : undefined;
  const id = known?.id ?? randomUUID();
  const kept = known?.chart ?? chart;
  if (frame) frames.set(frame, { chart: kept, id });
  charts.set(id, new WeakRef(kept));
  recent.delete(id);
  recent.set(id, { chart: kept, bytes });
  let total = 0;
  for (const [i, [older, { bytes }]] of [...recent].reverse().entries()) {
    total += bytes;
    if (i > 0 && (i >= MOST_CHARTS || total > MOST_BYTES)) recent.delete(older);
  }
  for (const [gone, reference] of charts) if (!reference.deref()) charts.delete(gone);
  return { litlab: { version: VERSION, target: TARGET, id, length, begin, end, merged } };
}

async function open(comm: Comm, { data }: { readonly data: unknown }): Promise<void> {
  const early: unknown[] = [];
  comm.onMessage = ({ data: message }) => early.push(message);
  const { z } = await import("zod");
  const { success, data: hello } = z.object({ version: z.literal(VERSION), id: z.string() }).safeParse(data);
  const chart = success ? charts.get(hello.id)?.deref() : undefined;
  if (!chart) {
    const error = success
      ? "this chart is no longer in the kernel's memory: run its cell again"
      : `expected { version: ${VERSION}, id }`;
    comm.close({ error });
    return;
  }
  const request = z
    .object({
      request: z.number().int(),
      from: z.number(),
      to: z.number(),
      width: z.number().int().min(1).max(MOST_SLOTS),
    })
    .refine(({ from, to }) => Number.isFinite(from) && Number.isFinite(to) && from < to);
  const answer = (message: unknown) => {
    const parsed = request.safeParse(message);
    const number = (message as { readonly request?: unknown } | null)?.request;
    if (!parsed.success) {
      const error = `expected { request, from, to, width }: bars from < to, at most ${MOST_SLOTS} candles wide`;
      comm.send({ request: Number.isInteger(number) ? number : null, error });
      return;
    }
    const { from, to, width } = parsed.data;
    comm.send({ request: parsed.data.request, ...chart.figure({ from, to, most: width }) });
  };
  // An open comm holds its chart.
  comm.onMessage = ({ data: message }) => answer(message);
  for (const message of early) answer(message);
}
