import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILauncher } from "@jupyterlab/launcher";
import { IStatusBar } from "@jupyterlab/statusbar";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { IVaultService } from "../service/tokens.js";
import { DeviceStatus } from "./device-status.js";

const SHOW_VAULT = "litlab:show-vault";

/** The device in the status bar. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:status",
  description: "Shows in the status bar which device Lit Lab computes on.",
  autoStart: true,
  requires: [IVaultService, IStatusBar],
  optional: [ITranslator],
  activate: (_app, service: IVaultService, statusBar: IStatusBar, translator: ITranslator | null) => {
    const item = new DeviceStatus(service, (translator ?? nullTranslator).load("litlab"));
    statusBar.registerStatusItem("@litlab/labextension:device", {
      item,
      align: "right",
      rank: 10,
      isActive: () => item.isActive,
      activeStateChanged: item.activeChanged,
    });
  },
};

/** A card that shows the vault, in the launcher. */
export const launcherPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:launcher",
  description: "Adds the vault to the launcher.",
  autoStart: true,
  requires: [ILauncher],
  optional: [ITranslator],
  activate: ({ commands, started }, launcher: ILauncher, translator: ITranslator | null) => {
    const category = (translator ?? nullTranslator).load("litlab").__("Lit Lab");
    // The sidebar's plugin may come later, or be disabled.
    void started.then(() => {
      if (commands.hasCommand(SHOW_VAULT))
        launcher.add({ command: SHOW_VAULT, args: { isLauncher: true }, category, rank: 1 });
    });
  },
};
