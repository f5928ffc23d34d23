/** A node's size. */
export interface Box {
  readonly width: number;
  readonly height: number;
}

/** Where an edge passes a rank of nodes. */
export interface Bend {
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
}

/** A layout: each box by its centre and the limits of its rank, each edge by its bends. */
export interface Layout extends Box {
  readonly places: readonly (Bend & { readonly y: number })[];
  readonly bends: readonly (readonly Bend[])[];
}

const BESIDE = 22;
const BELOW = 28;
const SWEEPS = 8;
/** More bends than these are not read by anyone. */
const MOST_BENDS = 4000;

interface Item {
  readonly width: number;
  readonly isBend: boolean;
  readonly rank: number;
  readonly before: Item[];
  readonly after: Item[];
  /** The place in its rank. */
  place: number;
  x: number;
}

/**
 * Lays out a graph in ranks from top to bottom (Sugiyama): longest paths give the ranks, barycenters the order in them, and
 * each rank lies as near to its neighbours as the boxes' widths allow.
 * @param edges pairs of boxes, by number; every edge leads to a later box
 * @returns undefined if the edges are too many and too long to be read
 */
export function layeredLayout(
  boxes: readonly Box[],
  edges: readonly (readonly [from: number, to: number])[],
): Layout | undefined {
  const ranks = rankBoxes(boxes.length, edges);
  const rankOf = (box: number): number => ranks[box] ?? 0;
  if (edges.reduce((sum, [from, to]) => sum + rankOf(to) - rankOf(from) - 1, 0) > MOST_BENDS) return undefined;
  const rows: Item[][] = [];
  const add = (rank: number, width: number, isBend: boolean): Item => {
    rows[rank] ??= [];
    const row = rows[rank];
    const item = { width, isBend, rank, before: [], after: [], place: row.length, x: 0 };
    row.push(item);
    return item;
  };
  const items = boxes.map(({ width }, box) => add(rankOf(box), width, false));
  const chains = edges.map(([from, to]) => {
    const [first, last] = [items[from] as Item, items[to] as Item];
    const chain = Array.from({ length: last.rank - first.rank - 1 }, (_, i) => add(first.rank + 1 + i, 0, true));
    [...chain, last].reduce((before, item) => {
      before.after.push(item);
      item.before.push(before);
      return item;
    }, first);
    return chain;
  });
  orderRows(rows);
  placeRows(rows);

  const heights = rows.map(() => 0);
  for (const [box, { height }] of boxes.entries()) {
    const rank = rankOf(box);
    heights[rank] = Math.max(heights[rank] ?? 0, height);
  }
  let y = 0;
  const tops = heights.map((height) => {
    y += height + BELOW;
    return y - height - BELOW;
  });
  const all = rows.flat();
  const left = all.reduce((least, { x, width }) => Math.min(least, x - width / 2), Infinity);
  const right = all.reduce((most, { x, width }) => Math.max(most, x + width / 2), -Infinity);
  const limitsOf = ({ x, rank }: Item): Bend => {
    const top = tops[rank] ?? 0;
    return { x: x - left, top, bottom: top + (heights[rank] ?? 0) };
  };
  return {
    width: right - left,
    height: y - BELOW,
    places: items.map((item) => {
      const limits = limitsOf(item);
      return { ...limits, y: (limits.top + limits.bottom) / 2 };
    }),
    bends: chains.map((chain) => chain.map(limitsOf)),
  };
}

/** Each box below all that lead to it; one that nothing leads to right above what it leads to. */
function rankBoxes(count: number, edges: readonly (readonly [from: number, to: number])[]): number[] {
  const ranks = new Array<number>(count).fill(0);
  const first = new Array<number>(count).fill(Infinity);
  const targets = new Set(edges.map(([, to]) => to));
  for (const [from, to] of edges.toSorted(([, a], [, b]) => a - b))
    ranks[to] = Math.max(ranks[to] ?? 0, (ranks[from] ?? 0) + 1);
  for (const [from, to] of edges) first[from] = Math.min(first[from] ?? 0, ranks[to] ?? 0);
  return ranks.map((rank, box) => (targets.has(box) || first[box] === Infinity ? rank : (first[box] ?? 1) - 1));
}

/** Visits the rows downwards and upwards in turn, each time with the neighbours in the row that was visited before. */
function sweep(
  rows: readonly Item[][],
  visit: (row: Item[], neighbours: (item: Item) => readonly Item[]) => void,
): void {
  for (let i = 0; i < SWEEPS; i++)
    if (i % 2 === 0) for (const row of rows) visit(row, ({ before }) => before);
    else for (const row of rows.toReversed()) visit(row, ({ after }) => after);
}

function orderRows(rows: readonly Item[][]): void {
  sweep(rows, (row, neighbours) => {
    const wanted = new Map(
      row.map((item) => {
        const near = neighbours(item);
        return [item, near.length > 0 ? near.reduce((sum, { place }) => sum + place, 0) / near.length : item.place];
      }),
    );
    row.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0));
    for (const [place, item] of row.entries()) item.place = place;
  });
}

/** What passes by gives way to what leads through boxes. */
const STRAIGHT = 40;

function placeRows(rows: readonly Item[][]): void {
  for (const row of rows) settle(row, () => 0);
  sweep(rows, (row, neighbours) =>
    settle(row, (item) => {
      let [sum, weight] = [0, 0];
      for (const near of neighbours(item)) {
        const own = near.isBend === item.isBend ? STRAIGHT : 1;
        sum += near.x * own;
        weight += own;
      }
      return weight > 0 ? sum / weight : item.x;
    }),
  );
}

/** Puts a row's items side by side, in order, as near to where they are wanted as they fit: pools adjacent violators. */
function settle(row: readonly Item[], wanted: (item: Item) => number): void {
  const offsets: number[] = [];
  const blocks: { sum: number; weight: number; count: number }[] = [];
  for (const [i, item] of row.entries()) {
    const previous = row[i - 1];
    const offset = previous ? (offsets[i - 1] ?? 0) + (previous.width + item.width) / 2 + BESIDE : 0;
    offsets.push(offset);
    const weight = item.isBend ? 1 : STRAIGHT;
    let block = { sum: (wanted(item) - offset) * weight, weight, count: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.weight > block.sum / block.weight; last = blocks.at(-1)) {
      block = { sum: last.sum + block.sum, weight: last.weight + block.weight, count: last.count + block.count };
      blocks.pop();
    }
    blocks.push(block);
  }
  let i = 0;
  for (const { sum, weight, count } of blocks)
    for (const end = i + count; i < end; i++) (row[i] as Item).x = sum / weight + (offsets[i] ?? 0);
}
