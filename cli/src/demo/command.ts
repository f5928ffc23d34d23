import { Command, InvalidArgumentError } from "commander";

/** `litlab demo DIR` */
export const demoCommand = new Command("demo")
  .description("make a demo home: simulated ticks, an asset built from them, a canvas, and a model trained on it")
  .argument("<dir>", "the home's folder: new, empty, or a home")
  .option("--seed <number>", "the simulation's seed", parseSeed, 1)
  .option("--move-old", "keep a demo of an older version as a team of its own")
  .action(async (dir: string, { seed, moveOld = false }: { seed: number; moveOld?: boolean }) => {
    const { makeDemo } = await import("./make-demo.js");
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    const onStep = (what: string) => console.error(`${seconds().padStart(5)} s  ${what}`);
    const made = await makeDemo(dir, { seed, moveOld, onStep });
    if (made) console.error(`${seconds().padStart(5)} s  Done`);
    console.log(made ? `The demo home is ready: LIT_HOME=${dir}` : `The demo home is there already: LIT_HOME=${dir}`);
  });

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d{1,10}$/.test(text) && seed < 2 ** 32) return seed;
  throw new InvalidArgumentError("expected a whole number from 0 to 4294967295.");
}
