/** A process that prints Dawn's adapters as JSON, or says on stderr why there are none. */
import { type Dawn, loadDawn } from "./load-dawn.js";

const OPTIONS = { powerPreference: "high-performance" } as const;

/** Their names, best first: Dawn lists them where none has the name that is asked for. */
async function namesOf({ create }: Dawn): Promise<string[]> {
  const gpu = create(["adapter=\n"]);
  const message = await gpu.requestAdapter(OPTIONS).then(
    () => "",
    (error: unknown) => String((error as Error).message ?? error),
  );
  return [...message.matchAll(/^ \* backend: '\w+', name: '(.*)'$/gm)].map(([, name = ""]) => name);
}

try {
  const dawn = await loadDawn();
  const adapters = [];
  for (const name of await namesOf(dawn)) {
    const gpu = dawn.create([`adapter=${name}`]);
    const info = (await gpu.requestAdapter(OPTIONS))?.info;
    if (!info) continue;
    const { vendor, architecture, device, description, isFallbackAdapter = false } = info;
    adapters.push({ name, vendor, architecture, device, description, isFallbackAdapter });
  }
  console.log(JSON.stringify(adapters));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
