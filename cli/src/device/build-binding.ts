import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BINDING, QUIET_LOADER } from "@litlab/sdk";
import { runProgram } from "./run-program.js";

/** The two shared libraries of TensorFlow, as programs ask for them when they run. */
export const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const;

/** Loads the libraries: while they start they would tell every cell how they compute, whatever the level of their log. */
const QUIET = `#include <dlfcn.h>
#include <fcntl.h>
#include <initializer_list>
#include <node_api.h>
#include <unistd.h>
NAPI_MODULE_INIT() {
  int shown = dup(2), nothing = open("/dev/null", O_WRONLY);
  dup2(nothing, 2);
  for (const char* name : {${LIBRARIES.toReversed()
    .map((library) => `"${library}"`)
    .join(", ")}}) dlopen(name, RTLD_NOW | RTLD_GLOBAL);
  dup2(shown, 2);
  close(shown);
  close(nothing);
  return exports;
}
`;

const NO_COMPILER =
  "no C++ compiler is on the PATH, which builds the binding: sudo apt-get install g++ (or set CXX to one)";

const compiler = (): string => process.env.CXX || "g++";

/** @throws LitError if there is none, with what to install */
export async function checkCompiler(): Promise<void> {
  await runProgram(compiler(), ["--version"], { advice: NO_COMPILER });
}

/**
 * Compiles the binding of @tensorflow/tfjs-node-gpu into a folder. It finds its libraries beside itself, whatever
 * LD_LIBRARY_PATH says.
 * @param lib the folder of TensorFlow's libraries, `lib` within it
 */
export async function buildBinding(
  folder: string,
  { sources, headers, include, lib }: Readonly<Record<"sources" | "headers" | "include" | "lib", string>>,
): Promise<void> {
  // The linker asks for these names.
  await symlink(LIBRARIES[0], join(lib, "libtensorflow.so"));
  await symlink(LIBRARIES[1], join(lib, "libtensorflow_framework.so"));
  const quiet = join(sources, "quiet.cc");
  await writeFile(quiet, QUIET);
  const compile = (made: string, ...args: readonly string[]) =>
    runProgram(compiler(), [
      ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", `-I${headers}`, `-I${include}`],
      ...args,
      // RPATH, which comes before LD_LIBRARY_PATH; RUNPATH comes after it.
      ...["-Wl,--disable-new-dtags", "-Wl,-rpath,$ORIGIN/lib", "-o", join(folder, made)],
    ]);
  await compile(QUIET_LOADER, quiet, "-ldl");
  const own = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(sources, file));
  await compile(BINDING, ...own, `-L${lib}`, "-ltensorflow", "-ltensorflow_framework");
}
