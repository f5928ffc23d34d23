import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["sdk/src/**/*.spec.ts", "kernel/src/**/*.spec.ts", "cli/src/**/*.spec.ts", "test/**/*.spec.ts"],
    // The best device is another one on another machine.
    env: { LIT_DEVICE: "cpu:wasm" },
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 30_000 } },
    pool: "forks",
    maxWorkers: 2,
  },
});
