import type { Box } from "./fold.js";

/** In pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Of a node's box, in pixels; a frame is as large as what it holds. */
export const WIDTH = 220;
export const HEADER = 40;
export const LINE = 16;
const MOST_LINES = 6;
/** Between a frame and what it holds: above, and at the other sides. */
export const FRAME_TOP = 38;
export const FRAME = 14;

/** Where a box lies, in pixels. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where boxes lie and, where the layout routes edges, their points. */
export interface Geometry {
  readonly rectangles: ReadonlyMap<string, Rectangle>;
  readonly routes: ReadonlyMap<string, readonly Point[]>;
  /** Whether it stands in for a better one that took too long. */
  readonly gaveUp?: boolean;
}

/** What a box shows of its lines; the last ends with … where others are left out. */
export const shownLines = ({ lines }: Box): readonly string[] =>
  lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), `${lines[MOST_LINES - 1]}, …`] : lines;

export const linesOf = ({ lines, problem }: Box): number =>
  Math.min(MOST_LINES, lines.length) + (problem === null ? 0 : 1);

/** How large a box is that holds no others. */
export function sizeOf(box: Box): { width: number; height: number } {
  const lines = linesOf(box);
  return { width: WIDTH, height: HEADER + (lines > 0 ? lines * LINE + 10 : 0) };
}

/** The smallest rectangle that holds all of them. */
export function around(rectangles: readonly Rectangle[]): Rectangle {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of rectangles) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return rectangles.length === 0
    ? { x: 0, y: 0, width: 0, height: 0 }
    : { x: left, y: top, width: right - left, height: bottom - top };
}
