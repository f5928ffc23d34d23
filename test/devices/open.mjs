/** Lets a rung compute; over SwiftShader, which stands for a GPU, `webgpu` too. */
import { setDevice } from "@litlab/sdk";
import { openRung } from "../../sdk/dist/devices/rungs.js";

export const open = (rung) =>
  rung === "webgpu" ? openRung(rung, { adapter: "SwiftShader", allowsSoftware: true }) : setDevice(`cpu:${rung}`);
