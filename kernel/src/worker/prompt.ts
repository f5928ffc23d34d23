import { Calls } from "./calls.js";
import { currentCell, send } from "./output.js";

const calls = new Calls<string>();
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
  return calls.ask((id) => send({ type: "input", cell: currentCell(), id, prompt: String(text), password }));
}

const interrupted = () => new Error("prompt: the cell was interrupted");

/** What the user answered; null when nobody will. */
export const answered = (id: number, value: string | null): void => calls.answer(id, value ?? interrupted());

export const cancelPrompts = (): void => calls.answerAll(interrupted());
