/** `npm run lab`: sets up what is missing and opens JupyterLab on notebooks/. Node's own modules only. */
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import util from "node:util";
import { setup } from "./setup.mjs";
import { Failure, main, ROOT, runShown } from "./steps.mjs";

const USAGE = "npm run lab -- [--no-browser] [--port N] [--home DIR] [-- JUPYTERLAB OPTIONS]";

function parse(args) {
  const end = args.indexOf("--");
  const [own, rest] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end + 1)];
  let values;
  try {
    // Not imported by name: a Node that lacks it would fail before it can be told that it is too old.
    ({ values } = util.parseArgs({
      args: own,
      options: {
        "no-browser": { type: "boolean" },
        port: { type: "string", default: "8888" },
        home: { type: "string" },
      },
    }));
  } catch (error) {
    throw new Failure(error.message.split(/\.?\n|\. To specify/)[0], USAGE);
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new Failure(`--port ${values.port} is no port, expected 1 to 65535`, "npm run lab -- --port 8889");
  return { port, browser: !values["no-browser"], home: values.home, rest };
}

const isFree = (port) =>
  new Promise((done, failed) => {
    const server = createServer();
    server.once("error", (error) => (["EADDRINUSE", "EACCES"].includes(error.code) ? done(false) : failed(error)));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });

async function checkPort(port) {
  if (await isFree(port)) return;
  let other = Math.max(port, 8888) + 1;
  while (!(await isFree(other))) other++;
  throw new Failure(`port ${port} is taken`, `npm run lab -- --port ${other}`);
}

await main(async () => {
  const { port, browser, home, rest } = parse(process.argv.slice(2));
  await checkPort(port);
  await setup();
  const wanted = home || process.env.LIT_HOME || join(ROOT, ".lit");
  const LIT_HOME = resolve(process.env.INIT_CWD ?? process.cwd(), wanted);
  const args = ["lab", `--port=${port}`, "--ServerApp.port_retries=0"];
  if (!rest.some((option) => /root_dir|notebook-dir/.test(option))) args.push("--ServerApp.root_dir=notebooks");
  if (!browser) args.push("--no-browser");
  if (process.getuid?.() === 0) args.push("--allow-root");
  console.error(`  JupyterLab opens notebooks/ on port ${port}, home ${LIT_HOME}`);
  return runShown(join(ROOT, ".venv/bin/jupyter"), [...args, ...rest], { env: { ...process.env, LIT_HOME } });
});
