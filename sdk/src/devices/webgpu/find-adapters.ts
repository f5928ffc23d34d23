import { fileURLToPath } from "node:url";
import { z } from "zod";
import { askChild } from "../ask-child.js";
import { isOver } from "../passing.js";
import { environmentOf } from "../rungs.js";
import type { AdapterInfo } from "./load-dawn.js";

const SCRIPT = fileURLToPath(new URL("./adapters-main.js", import.meta.url));
const LIMIT = 30_000;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic.render/i;

const adapter = z.object({
  /** The GPU's name, by its driver. */
  name: z.string(),
  vendor: z.string(),
  architecture: z.string(),
  device: z.string(),
  description: z.string(),
  isFallbackAdapter: z.boolean(),
});

/** A GPU, or what passes for one, that Dawn sees. */
export type Adapter = z.infer<typeof adapter>;

export interface Adapters {
  /** Those that are GPUs, best first. */
  readonly adapters: readonly Adapter[];
  /** Why there are none. */
  readonly reason: string;
  /** When to ask again, ms since 1970; null: when a driver changes. */
  readonly expires: number | null;
}

/** Whether it computes on the processor: then it is no GPU. */
export const isSoftware = (info: AdapterInfo): boolean =>
  info.isFallbackAdapter === true ||
  [info.vendor, info.architecture, info.device, info.description].some((text) => SOFTWARE.test(text));

let found: Promise<Adapters> | undefined;
let foundIn = "";

/** The GPUs that Dawn sees; it is asked in a process of its own, once in an environment. @param limit ms. Default half a minute */
export async function findAdapters({ refresh = false, limit = LIMIT } = {}): Promise<Adapters> {
  const environment = environmentOf("webgpu");
  if (refresh || !found || environment !== foundIn || isOver((await found).expires)) found = askDawn(limit);
  foundIn = environment;
  return found;
}

async function askDawn(limit: number): Promise<Adapters> {
  const answer = await askChild([SCRIPT], z.array(adapter), { limit });
  if ("reason" in answer) return { adapters: [], ...answer };
  const all = answer.value;
  const adapters = all.filter((each) => !isSoftware(each));
  const [software] = all;
  // Dawn warns of what it did not find.
  const warning = /^Warning: (.*)$/m.exec(answer.stderr)?.[1];
  const reason = software
    ? `${software.name} computes on the processor, it is no GPU`
    : `there is no GPU that Dawn can use${warning ? ` (${warning})` : ""}`;
  return { adapters, reason, expires: null };
}

/** Dawn's adapter for a GPU's name, or why it has none. @param taken the adapters of GPUs before it */
export function adapterFor(
  model: string,
  { adapters, reason }: Pick<Adapters, "adapters" | "reason">,
  taken: ReadonlySet<Adapter>,
): Adapter | { readonly reason: string } {
  // As Dawn chooses: the first whose name contains it.
  const chosen = adapters.find(({ name }) => name.includes(model));
  if (!chosen) return { reason: adapters.length > 0 ? `Dawn sees no ${model}` : reason };
  if (taken.has(chosen) || (chosen.name !== model && adapters.some(({ name }) => name === model)))
    return { reason: `Dawn takes the first GPU whose name contains ${model}, it cannot take this one` };
  return chosen;
}
