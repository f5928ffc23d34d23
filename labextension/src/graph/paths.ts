import type { Point, Rectangle } from "./geometry.js";

const RADIUS = 8;
const round = (value: number): number => Math.round(value * 10) / 10;
const at = ({ x, y }: Point): string => `${round(x)},${round(y)}`;

/** A line through points with round corners; its middle is that of its longest stretch. */
export function rounded(points: readonly Point[]): { path: string; middle: Point } {
  const [first = { x: 0, y: 0 }] = points;
  let path = `M${at(first)}`;
  let [longest, middle] = [-1, first];
  for (let i = 1; i < points.length; i++) {
    const [before, point, after] = [points[i - 1] ?? first, points[i] ?? first, points[i + 1]];
    const length = distance(before, point);
    if (length > longest) [longest, middle] = [length, towards(before, point, length / 2)];
    if (!after) {
      path += `L${at(point)}`;
      continue;
    }
    const radius = Math.min(RADIUS, length / 2, distance(point, after) / 2);
    path += `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, after, radius))}`;
  }
  return { path, middle };
}

const distance = (a: Point, b: Point): number => Math.hypot(b.x - a.x, b.y - a.y);

function towards(from: Point, to: Point, length: number): Point {
  const share = length / (distance(from, to) || 1);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

/** A curve from where one box's edges leave to where another's arrive. */
export function curve(direction: "right" | "down", from: Rectangle, to: Rectangle): { path: string; middle: Point } {
  const right = direction === "right";
  const start = right
    ? { x: from.x + from.width, y: from.y + from.height / 2 }
    : { x: from.x + from.width / 2, y: from.y + from.height };
  const end = right ? { x: to.x, y: to.y + to.height / 2 } : { x: to.x + to.width / 2, y: to.y };
  const ahead = right ? end.x - start.x : end.y - start.y;
  // Leading backwards it makes a loop, the wider the farther.
  const bend = Math.max(Math.abs(ahead) / 2, ahead < 0 ? 40 : 0);
  const shifted = (point: Point, by: number): Point =>
    right ? { x: point.x + by, y: point.y } : { x: point.x, y: point.y + by };
  const path = `M${at(start)}C${at(shifted(start, bend))} ${at(shifted(end, -bend))} ${at(end)}`;
  return { path, middle: { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 } };
}
