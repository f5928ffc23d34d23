import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { expect } from "vitest";
import { runNode } from "./run-node.js";

/** Chromium's Vulkan driver for the processor, which stands for a GPU here. */
export const DRIVER = "/usr/lib/chromium/vk_swiftshader_icd.json";
export const SWIFTSHADER: Readonly<Record<string, string>> = {
  VK_DRIVER_FILES: DRIVER,
  LD_LIBRARY_PATH: dirname(DRIVER),
};
export const hasSwiftshader: boolean = existsSync(DRIVER);

/** What code prints as JSON that computes on webgpu over SwiftShader, in a process of its own; `open()` opens it again. */
export async function onWebgpu(code: string): Promise<unknown> {
  const prelude = `
    import * as tf from "@litlab/sdk/tf";
    import { openRung } from "${new URL("../../sdk/dist/devices/rungs.js", import.meta.url)}";
    const open = () => openRung("webgpu", { adapter: "SwiftShader", allowsSoftware: true });
    const failure = async (run) => { try { await run(); return null; } catch ({ name, code, message }) { return { name, code, message }; } };
    const product = () => tf.matMul(tf.ones([64, 64]), tf.ones([64, 64]));
    await open();`;
  const { code: rc, stdout, stderr } = await runNode(["--input-type=module", "-e", prelude + code], SWIFTSHADER);
  expect([rc, rc === 0 ? "" : stderr]).toEqual([0, ""]);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
}
