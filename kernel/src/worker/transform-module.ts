import { send } from "./output.js";

interface Transformed {
  readonly code: string;
  readonly map: string;
}

const waiting = new Map<number, { resolve: (value: Transformed) => void; reject: (error: Error) => void }>();
let last = 0;

/** A module as JavaScript: the front has the compiler. @throws SyntaxError */
export function transformModule(path: string, code: string): Promise<Transformed> {
  const id = ++last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send({ type: "transform", id, path, code });
  });
}

export function transformed(id: number, { code, map, error }: { code?: string; map?: string; error?: string }): void {
  const call = waiting.get(id);
  waiting.delete(id);
  if (code === undefined) call?.reject(new SyntaxError(error));
  else call?.resolve({ code, map: map ?? "" });
}
