/** What `import "@litlab/sdk"` costs in a fresh Node process, against Node alone. */
import { spawnSync } from "node:child_process";
import { bench } from "./harness.mjs";

const script = (body) => `const s = performance.now(), c = process.cpuUsage(); ${body}
const { user, system } = process.cpuUsage(c);
console.log(JSON.stringify({ cpuMs: (user + system) / 1000, wallMs: performance.now() - s, peakMb: process.resourceUsage().maxRSS / 1024 }));`;

const run = (body) => () => {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script(body)], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

await bench(
  "import",
  {
    "in a fresh process": {
      '"@litlab/sdk"': run('await import("@litlab/sdk");'),
      '"@litlab/sdk/tf"': run('await import("@litlab/sdk/tf");'),
    },
  },
  { runs: 15, warmUp: 1 },
);
