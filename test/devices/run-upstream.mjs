/**
 * Runs tfjs-core's own test-suite on a rung, on the SDK's one copy of TensorFlow.js: `node run-upstream.mjs tensorflow`.
 * Prints `{ "passed": number, "failed": { [test]: message } }`, and how far it is to stderr.
 */
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { runInThisContext } from "node:vm";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
const rung = process.argv[2];
const dist = join(dirname(require.resolve("@tensorflow/tfjs-core/package.json")), "dist");

/** Modules whose state or classes must be those of the shared copy; the rest of the suite's imports are pure helpers. */
const SHARED =
  /^(index|engine|environment|globals|tensor|tensor_util|kernel_registry|util|test_util|serialization|ops\/(operation|ops)|public\/chained_ops\/\w+|optimizers\/\w*optimizer)\.js$/;

const ENVIRONMENT = { name: rung, backendName: rung, isDataSync: rung !== "webgpu" };

/** The suite as one script. Its tests are declared as it runs, for the environments that are set by then. */
async function bundleSuite() {
  const sharedCopy = {
    name: "shared-copy",
    setup({ onLoad, onResolve }) {
      onResolve({ filter: /^\.\/environment-of-tests$/ }, () => ({ path: "environment", namespace: "rung" }));
      onLoad({ filter: /./, namespace: "rung" }, () => ({
        contents: `import { setTestEnvs } from "./jasmine_util"; setTestEnvs([${JSON.stringify(ENVIRONMENT)}])`,
        resolveDir: dist,
      }));
      onLoad({ filter: /\.js$/ }, ({ path }) => {
        const name = relative(dist, path);
        return SHARED.test(name) ? { contents: `module.exports = require("litlab:core/${name}")` } : undefined;
      });
    },
  };
  const { outputFiles } = await build({
    stdin: {
      contents: `import "./environment-of-tests"; import "./tests"`,
      resolveDir: dist,
    },
    bundle: true,
    ignoreAnnotations: true, // of its package.json, by which tests have no effect
    write: false,
    format: "cjs",
    platform: "node",
    external: ["litlab:core/*", "jasmine-core/*"],
    plugins: [sharedCopy],
    logLevel: "error",
  });
  return outputFiles[0].text;
}

function report(env) {
  return new Promise((resolve) => {
    const failed = {};
    let passed = 0;
    let shown = Date.now();
    env.addReporter({
      specDone({ status, fullName, failedExpectations }) {
        if (status === "passed") passed++;
        else if (status === "failed") failed[fullName] = failedExpectations[0]?.message ?? "";
        if (Date.now() - shown < 5000) return;
        shown = Date.now();
        console.error(`${rung}: ${passed} passed, ${Object.keys(failed).length} failed`);
      },
      suiteDone({ fullName, failedExpectations }) {
        if (failedExpectations.length > 0) failed[fullName] = failedExpectations[0].message;
      },
      jasmineDone({ failedExpectations = [] }) {
        for (const [i, { message }] of failedExpectations.entries()) failed[`the suite, ${i}`] = message;
        resolve({ passed, failed });
      },
    });
  });
}

const { openRung } = await import("../../sdk/dist/devices/rungs.js");
// SwiftShader stands for a GPU.
await openRung(rung, rung === "webgpu" ? { adapter: "SwiftShader", allowsSoftware: true } : {});
if (rung === "wasm") (await import("./guard-heap.mjs")).guardHeap();
const tf = require("@tensorflow/tfjs-core");
/** What a module of the shared copy exports; it has more in one namespace than the module has. */
const shared = (module) => ({
  ...tf,
  ...tf[module.replace(".js", "")],
  ENGINE: tf.engine(),
  getGlobalTensorClass: () => tf.Tensor,
});

const jasmineRequire = require("jasmine-core");
const jasmine = jasmineRequire.boot(jasmineRequire);
const env = jasmine.getEnv();
env.configure({ random: false });
const done = report(env);
const module = { exports: {} };
const load = (name) => (name.startsWith("litlab:core/") ? shared(name.slice("litlab:core/".length)) : require(name));
runInThisContext(`(function (require, module, exports) {${await bundleSuite()}\n})`)(load, module, module.exports);
await env.execute();
process.stdout.write(`${JSON.stringify(await done)}\n`, () => process.exit(0));
