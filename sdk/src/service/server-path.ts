import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { LitModelError } from "../errors.js";

const MODEL = /\.(keras|h5)$/i;

/** Checks that a file's name is one of a Keras model's. @throws LitModelError */
export function checkModelName(name: string): void {
  if (!MODEL.test(name))
    throw new LitModelError(`${JSON.stringify(name)} is no Keras model: expected a name that ends in .keras or .h5`, {
      code: "NO_MODEL",
    });
}

/**
 * The real path of a model file of the file browser.
 * @param root the folder of Jupyter's server
 * @param path from there, with `/`
 * @throws LitModelError if it leads out of the root, also by a link, is not there, or is no model's name
 */
export async function modelPath(root: string, path: string): Promise<string> {
  const refuse = (what: string, code: string) => new LitModelError(`${JSON.stringify(path)} ${what}`, { code });
  if (path.includes("\0") || isAbsolute(path) || path.split(/[/\\]/).includes(".."))
    throw refuse("is no path of the file browser: expected one from the server's root, without ..", "INVALID_PATH");
  checkModelName(path);
  const top = await realpath(root);
  const found = await realpath(join(top, path)).catch((error: NodeJS.ErrnoException) => {
    throw refuse(
      error.code === "ENOENT" ? "is not there" : `cannot be read (${error.code})`,
      error.code ?? "UNREADABLE",
    );
  });
  const inside = relative(top, found);
  if (inside === "" || isAbsolute(inside) || inside.split(sep)[0] === "..")
    throw refuse("leads out of the server's root, which is not allowed", "INVALID_PATH");
  checkModelName(found);
  return found;
}
