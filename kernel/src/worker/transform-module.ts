import { Calls } from "./calls.js";
import { send } from "./output.js";

interface Transformed {
  readonly code: string;
  readonly map: string;
}

const calls = new Calls<Transformed>();

/** A module as JavaScript: the front has the compiler. @throws SyntaxError */
export const transformModule = (path: string, code: string): Promise<Transformed> =>
  calls.ask((id) => send({ type: "transform", id, path, code }));

export function transformed(id: number, { code, map = "", error }: Partial<Transformed> & { error?: string }): void {
  calls.answer(id, code === undefined ? new SyntaxError(error) : { code, map });
}
