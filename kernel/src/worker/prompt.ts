import { currentCell, send } from "./output.js";

const waiting = new Map<number, { resolve: (value: string) => void; reject: (error: Error) => void }>();
let last = 0;
let allowed = true;

export const allowPrompts = (value: boolean): void => {
  allowed = value;
};

/**
 * Asks the user for a line of text.
 * @throws Error if the frontend cannot ask
 */
export async function prompt(text = "", { password = false }: { readonly password?: boolean } = {}): Promise<string> {
  if (!allowed) throw new Error("prompt: this frontend cannot ask for input (allow_stdin is false)");
  const id = ++last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send({ type: "input", cell: currentCell(), id, prompt: String(text), password });
  });
}

/** What the user answered; null when nobody will. */
export function answered(id: number, value: string | null): void {
  const call = waiting.get(id);
  waiting.delete(id);
  if (value === null) call?.reject(new Error("prompt: the cell was interrupted"));
  else call?.resolve(value);
}

export function cancelPrompts(): void {
  for (const id of waiting.keys()) answered(id, null);
}
