/** A place in a text: lines count from 1, columns from 0 in UTF-16 units. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a piece of an edited text begins, and where in the original. What was inserted is all from one place. */
export type Piece = readonly [line: number, column: number, fromLine: number, fromColumn: number, isInserted: 0 | 1];

/** A text with insertions and replacements, given by offsets into the original. */
export class EditedText {
  readonly #original: string;
  readonly #left = new Map<number, string>();
  readonly #right = new Map<number, string>();
  readonly #replaced = new Map<number, { readonly end: number; readonly text: string }>();

  constructor(original: string) {
    this.#original = original;
  }

  /** Inserts text that belongs to what ends at an offset, behind what was inserted so before. */
  appendLeft(at: number, text: string): void {
    this.#left.set(at, (this.#left.get(at) ?? "") + text);
  }

  /** Inserts text that belongs to what begins at an offset, before what was inserted so before. */
  prependRight(at: number, text: string): void {
    this.#right.set(at, text + (this.#right.get(at) ?? ""));
  }

  /** Replaces what stands between two offsets. */
  update(start: number, end: number, text: string): void {
    this.#replaced.set(start, { end, text });
  }

  remove(start: number, end: number): void {
    if (end > start) this.update(start, end, "");
  }

  /** The text with its edits, between two more texts, and the pieces that it is made of. */
  build(head = "", tail = ""): { readonly text: string; readonly pieces: readonly Piece[] } {
    const pieces: Piece[] = [];
    const from = { line: 1, column: 0 };
    const to = { line: 1, column: 0 };
    let text = "";
    let at = 0;
    const insert = (inserted: string) => {
      if (!inserted) return;
      pieces.push([to.line, to.column, from.line, from.column, 1]);
      text += inserted;
      advance(to, inserted);
    };
    const copy = (end: number) => {
      if (end === at) return;
      pieces.push([to.line, to.column, from.line, from.column, 0]);
      const copied = skip(end);
      text += copied;
      advance(to, copied);
    };
    const skip = (end: number): string => {
      const skipped = this.#original.slice(at, end);
      advance(from, skipped);
      at = end;
      return skipped;
    };
    insert(head);
    const offsets = new Set([...this.#left.keys(), ...this.#right.keys(), ...this.#replaced.keys()]);
    for (const offset of [...offsets].sort((a, b) => a - b)) {
      if (offset < at) continue;
      copy(offset);
      insert((this.#left.get(offset) ?? "") + (this.#right.get(offset) ?? ""));
      const replaced = this.#replaced.get(offset);
      if (!replaced) continue;
      insert(replaced.text);
      skip(replaced.end);
    }
    copy(this.#original.length);
    insert(tail);
    return { text, pieces };
  }
}

function advance(place: { line: number; column: number }, text: string): void {
  let start = 0;
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    place.line++;
    place.column = 0;
    start = end + 1;
  }
  place.column += text.length - start;
}

/** Where in the original something stands that stands at a place of an edited text. */
export function originalPlaceOf(pieces: readonly Piece[], { line, column }: Place): Place {
  const piece = pieces.findLast(([first, begin]) => first < line || (first === line && begin <= column));
  if (!piece) return { line, column };
  const [first, begin, fromLine, fromColumn, isInserted] = piece;
  if (isInserted) return { line: fromLine, column: fromColumn };
  return first === line
    ? { line: fromLine, column: fromColumn + column - begin }
    : { line: fromLine + line - first, column };
}
