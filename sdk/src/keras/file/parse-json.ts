import { randomUUID } from "node:crypto";
import { LitModelError } from "../../errors.js";

const DEPTH = 256;

/**
 * JSON as Python's json module writes it, with `NaN`, `Infinity` and `-Infinity`, of at most 256 levels.
 * @param where what messages call the text
 * @throws LitModelError
 */
export function parseJson(text: string, where: string): unknown {
  const nan = randomUUID();
  const pieces: string[] = [];
  let copied = 0;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (char === '"') {
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === "\\") i++;
    } else if (char === "{" || char === "[") {
      if (++depth > DEPTH) throw new LitModelError(`${where}: nested deeper than ${DEPTH} levels`);
    } else if (char === "}" || char === "]") depth--;
    else if (char === "N" || char === "I") {
      const name = char === "N" ? "NaN" : "Infinity";
      if (!text.startsWith(name, i)) break;
      pieces.push(text.slice(copied, i), char === "N" ? `"${nan}"` : "1e999");
      copied = i + name.length;
      i = copied - 1;
    }
  }
  try {
    if (pieces.length === 0) return JSON.parse(text);
    return JSON.parse(pieces.join("") + text.slice(copied), (_, value) => (value === nan ? Number.NaN : value));
  } catch (cause) {
    throw new LitModelError(`${where}: not JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
}
