import { Command, InvalidArgumentError } from "commander";

/** `litlab demo DIR` */
export const demoCommand = new Command("demo")
  .description("make a demo home: simulated ticks, an asset built from them, and a model trained on it")
  .argument("<dir>", "the home's folder: new, empty, or a home")
  .option("--seed <number>", "the simulation's seed", parseSeed, 1)
  .action(async (dir: string, { seed }: { seed: number }) => {
    const { makeDemo } = await import("./make-demo.js");
    const start = performance.now();
    const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
    const made = await makeDemo(dir, { seed, onStep: (what) => console.error(`${seconds().padStart(5)} s  ${what}`) });
    if (made) console.error(`${seconds().padStart(5)} s  Done`);
    console.log(made ? `The demo home is ready: LIT_HOME=${dir}` : `The demo home is there already: LIT_HOME=${dir}`);
  });

function parseSeed(text: string): number {
  const seed = Number(text);
  if (/^\d{1,10}$/.test(text) && seed < 2 ** 32) return seed;
  throw new InvalidArgumentError("expected a whole number from 0 to 4294967295.");
}
