import type { Layout, Placed } from "./layout.js";

const DIRECTIONS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

const centre = ({ x, y, width, height }: Placed) => ({ x: x + width / 2, y: y + height / 2 });

/** The box that a key leads to from another: an arrow to the nearest on that side, Home and End to the first and last. */
export function neighbour({ placed, routed }: Layout, from: string | null, key: string): string | null {
  const closed = placed.filter(({ box }) => !box.open);
  const [first, last] = [closed[0]?.box.id ?? null, closed.at(-1)?.box.id ?? null];
  if (key === "Home") return first;
  if (key === "End") return last;
  const direction = DIRECTIONS[key];
  if (!direction) return null;
  const here = placed.find(({ box }) => box.id === from);
  if (!here) return first;
  const joined = new Set(
    routed.flatMap(({ link }) => (link.from === from ? [link.to] : link.to === from ? [link.from] : [])),
  );
  const start = centre(here);
  let [nearest, least] = [null as string | null, Infinity];
  for (const other of closed) {
    const end = centre(other);
    const [dx, dy] = [end.x - start.x, end.y - start.y];
    const along = dx * direction[0] + dy * direction[1];
    const across = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    if (along <= 1 || other === here) continue;
    // What an edge joins counts as near.
    const distance = (along + 2 * across) * (joined.has(other.box.id) ? 0.25 : 1);
    if (distance < least) [nearest, least] = [other.box.id, distance];
  }
  return nearest;
}
