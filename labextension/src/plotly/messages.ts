/** A figure of Plotly. */
export interface Figure {
  readonly data: readonly Readonly<Record<string, unknown>>[];
  readonly layout: Readonly<Record<string, unknown>>;
}

/** Which bars a figure shows: slot x is the bars from `begin + x * merged` on; of trades µs take the place of bars. */
export interface Part {
  readonly begin: number;
  readonly end: number;
  readonly merged: number;
}

/** A figure's chart in the kernel, which can show more. */
export interface Refinable extends Part {
  readonly id: string;
}

/** Bars `from` <= i < `to`. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface PartFigure extends Figure, Part {}

export const TARGET = "litlab.bars";
export const VERSION = 1;

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const isFigure = (value: unknown): value is Figure =>
  isRecord(value) && Array.isArray(value.data) && value.data.every(isRecord) && isRecord(value.layout);

const isPart = (value: Readonly<Record<string, unknown>>): boolean => {
  const { begin, end, merged } = value;
  return [begin, end, merged].every(Number.isFinite) && (begin as number) < (end as number) && (merged as number) > 0;
};

/** The figure of an output, which may lack a layout; null if it is none. */
export function figureOf(value: unknown): Figure | null {
  const figure = isRecord(value) ? { data: value.data, layout: value.layout ?? {} } : null;
  return isFigure(figure) ? figure : null;
}

/** What `layout.meta` says of a chart that the kernel can refine: docs/charts.md. */
export function refinableOf({ layout: { meta } }: Figure): Refinable | null {
  const litlab = isRecord(meta) ? meta.litlab : null;
  if (!isRecord(litlab) || !isPart(litlab)) return null;
  const { version, target, id } = litlab;
  return version === VERSION && target === TARGET && typeof id === "string" ? (litlab as unknown as Refinable) : null;
}

/** The figure in an answer; null where that is an error or anything else. */
export function answerOf(message: Readonly<Record<string, unknown>>): PartFigure | null {
  if (!isPart(message) || !isFigure(message)) return null;
  return message as unknown as PartFigure;
}

const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** A figure's title as text, without the markup that Plotly takes in titles. */
export function titleOf({ layout: { title } }: Figure): string | null {
  const text = isRecord(title) ? title.text : title;
  if (typeof text !== "string") return null;
  return text.replace(/<[^>]*>/g, "").replace(/&(?:lt|gt|amp);/g, (entity) => ENTITIES[entity] ?? entity);
}
