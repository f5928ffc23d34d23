import { stat } from "node:fs/promises";

/** What a file is, as far as can be told without reading it: another stamp means other content. Null if it is not there. */
export async function stampOf(file: string): Promise<string | null> {
  const found = await stat(file, { bigint: true }).catch(() => null);
  return found && `${found.mtimeNs}:${found.size}:${found.ino}`;
}
