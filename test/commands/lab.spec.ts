import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freePort } from "../free-port.js";
import { ROOT } from "../python.js";

interface Process {
  readonly pid: number;
  readonly args: string;
}

/** Every process that a process started, and those that they started; none that has ended. */
function startedBy(root: number): Process[] {
  const lines = execFileSync("ps", ["-axo", "pid=,ppid=,stat=,args="], { encoding: "utf8" }).trim().split("\n");
  const all = lines.map((line) => {
    const [, pid, ppid, stat, args = ""] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)/.exec(line) ?? [];
    return { pid: Number(pid), ppid: Number(ppid), stat: stat ?? "", args };
  });
  const under = (pid: number): Process[] =>
    all.filter((entry) => entry.ppid === pid).flatMap((entry) => [entry, ...under(entry.pid)]);
  return under(root).filter((entry) => all.find(({ pid }) => pid === entry.pid)?.stat.startsWith("Z") === false);
}

const isRunning = ({ pid, args }: Process): boolean => {
  try {
    const found = execFileSync("ps", ["-o", "stat=,args=", "-p", String(pid)], { encoding: "utf8" });
    return found.includes(args) && !found.startsWith("Z");
  } catch {
    return false;
  }
};

const isNode = ({ args }: Process) => args.includes("scripts/lab.mjs");

test.each([
  ["SIGTERM to npm", "SIGTERM", (npm: number) => npm],
  ["SIGHUP to npm", "SIGHUP", (npm: number) => npm],
  ["SIGTERM to node", "SIGTERM", (npm: number) => startedBy(npm).find(isNode)?.pid ?? 0],
  ["SIGHUP to all of them, as a terminal that closes sends it,", "SIGHUP", (npm: number) => -npm],
] as const)("%s ends JupyterLab and its kernels", { timeout: 120_000 }, async (_, signal, target) => {
  const port = await freePort();
  const own = ["run", "lab", "--", "--no-browser", "--port", String(port)];
  const lab = spawn("npm", [...own, "--", "--IdentityProvider.token=secret"], {
    cwd: join(ROOT, "docs"),
    env: { ...process.env, LIT_HOME: "some/home" },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let log = "";
  for (const stream of [lab.stdout, lab.stderr])
    stream.on("data", (text) => {
      log += text;
    });
  await expect.poll(() => log, { timeout: 60_000 }).toContain(`:${port}/lab`);
  expect(log).toContain(`home ${join(ROOT, "docs/some/home")}\n`);
  // Jupyter prints its address before it listens there.
  const startKernel = () =>
    fetch(`http://127.0.0.1:${port}/api/kernels`, {
      method: "POST",
      headers: { Authorization: "token secret" },
      body: "{}",
    });
  await expect.poll(async () => (await startKernel()).status, { timeout: 20_000 }).toBe(201);
  const processes = startedBy(lab.pid ?? 0);
  expect(processes.filter(isNode)).toHaveLength(1);
  expect(processes.length).toBeGreaterThan(2);
  process.kill(target(lab.pid ?? 0), signal);
  await expect.poll(() => processes.filter(isRunning), { timeout: 20_000, interval: 250 }).toEqual([]);
});
