import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT } from "./python.js";

/** Registers tests of LEAN's sample data, SPY's ticks of five days, where it is; says where it is not. */
export function withLeanData(register: (folder: string) => void): void {
  const folder = resolve(process.env.LEAN_DATA || join(ROOT, "../shared/data/lean"));
  if (existsSync(folder)) register(folder);
  else console.warn(`No LEAN sample data in ${folder} (LEAN_DATA, else ../shared/data/lean): its tests do not run.`);
}
