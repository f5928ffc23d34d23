import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ILauncher } from "@jupyterlab/launcher";
import { IStatusBar } from "@jupyterlab/statusbar";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { IVaultService } from "../service/tokens.js";
import { COMMANDS } from "../sidebar/command-ids.js";
import { DeviceStatus } from "./device-status.js";

/** The device in the status bar. */
export const statusPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:status",
  description: "Shows in the status bar which device Lit Lab computes on.",
  autoStart: true,
  requires: [IVaultService],
  optional: [IStatusBar, ITranslator],
  activate: (_app, service: IVaultService, statusBar: IStatusBar | null, translator: ITranslator | null) => {
    if (!statusBar) return; // Notebook 7 has none
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
  optional: [ILauncher, ITranslator],
  activate: ({ commands, started }, launcher: ILauncher | null, translator: ITranslator | null) => {
    if (!launcher) return; // Notebook 7 has none
    const category = (translator ?? nullTranslator).load("litlab").__("Lit Lab");
    // The sidebar's plugin may come later, or be disabled.
    void started.then(() => {
      if (commands.hasCommand(COMMANDS.show))
        launcher.add({ command: COMMANDS.show, args: { isLauncher: true }, category, rank: 1 });
    });
  },
};
