/** What TensorFlow reads of the environment, unless it is set. */
const SETTINGS: Readonly<Record<string, string>> = {
  // Its log tells what is amiss, not what is.
  TF_CPP_MIN_LOG_LEVEL: "2",
  // Otherwise the first process takes a GPU's whole memory.
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
  // Graphs run in the thread that calls: handing their small ops to others takes longer than the ops.
  TF_NUM_INTEROP_THREADS: "-1",
  // Elsewhere than on the newest processors it is off, and dilated convolutions are missing.
  TF_ENABLE_ONEDNN_OPTS: "1",
};

/**
 * Runs what reads TensorFlow's variables. The programs that are started from here later do not see them.
 * @param more what takes the place of what is set
 */
export function withVariables<T>(run: () => T, more: Readonly<Record<string, string>> = {}): T {
  const { env } = process;
  const before = Object.keys({ ...SETTINGS, ...more }).map((name) => [name, env[name]] as const);
  Object.assign(env, { ...SETTINGS, ...env, ...more });
  try {
    return run();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete env[name];
      else env[name] = value;
  }
}
