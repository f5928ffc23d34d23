import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BINDING, QUIET_LOADER } from "@litlab/sdk";
import { runProgram } from "./run-program.js";

/** The two shared libraries of TensorFlow, as programs ask for them when they run. */
export const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"] as const;

/** Our own C++. */
const NATIVE = fileURLToPath(new URL("../../native/", import.meta.url));
const KERNELS_LIBRARY = "liblitlab_kernels.so";

const NO_COMPILER =
  "no C++ compiler is on the PATH, which builds the binding: sudo apt-get install g++ (or set CXX to one)";

const compiler = (): string => process.env.CXX || "g++";

/** @throws LitError if there is none, with what to install */
export async function checkCompiler(): Promise<void> {
  await runProgram(compiler(), ["--version"], { advice: NO_COMPILER });
}

/**
 * Compiles the binding of @tensorflow/tfjs-node-gpu, Lit Lab's kernels and what loads them into a folder. They find their
 * libraries beside themselves, whatever LD_LIBRARY_PATH says.
 * @param lib the folder of TensorFlow's libraries, `lib` within it
 */
export async function buildBinding(
  folder: string,
  { sources, headers, include, lib }: Readonly<Record<"sources" | "headers" | "include" | "lib", string>>,
): Promise<void> {
  // The linker asks for these names.
  await symlink(LIBRARIES[0], join(lib, "libtensorflow.so"));
  await symlink(LIBRARIES[1], join(lib, "libtensorflow_framework.so"));
  const compile = (made: string, rpath: string, ...args: readonly string[]) =>
    runProgram(compiler(), [
      ...["-std=c++17", "-O2", "-fPIC", "-shared", "-DNAPI_VERSION=8", `-I${headers}`, `-I${include}`],
      ...args,
      // RPATH, which comes before LD_LIBRARY_PATH; RUNPATH comes after it.
      ...["-Wl,--disable-new-dtags", `-Wl,-rpath,${rpath}`, "-o", made],
    ]);
  await compile(join(folder, QUIET_LOADER), "$ORIGIN/lib", join(NATIVE, "load_quietly.cc"), "-ldl");
  // As TensorFlow's ops round: each operation by itself.
  const exact = ["-O3", "-fno-math-errno", "-ffp-contract=off", "-pthread"];
  const kernels = join(NATIVE, "adam.cc");
  const linked = [`-L${lib}`, "-ltensorflow", "-ltensorflow_framework"];
  await compile(join(lib, KERNELS_LIBRARY), "$ORIGIN", ...exact, kernels, ...linked);
  const own = ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(sources, file));
  await compile(join(folder, BINDING), "$ORIGIN/lib", ...own, ...linked);
}
