import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, showErrorMessage, WidgetTracker } from "@jupyterlab/apputils";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { assetIcon, modelIcon } from "../icons/icons.js";
import { chooseTarget, targetOf } from "../notebook-cells/choose-target.js";
import { IVaultService } from "../service/tokens.js";
import { Preview } from "./preview.js";

/** Opens items and assets of the vault in tabs, which come back after a reload. */
export const previewPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:preview",
  description: "Tabs with the details of vault items and assets.",
  autoStart: true,
  requires: [IVaultService],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    service: IVaultService,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    const kinds = [
      { kind: "item", icon: modelIcon, label: trans.__("Open Vault Item"), title: trans.__("Open a vault item") },
      { kind: "asset", icon: assetIcon, label: trans.__("Open Asset"), title: trans.__("Open an asset") },
    ] as const;
    for (const { kind, icon, label, title } of kinds) {
      const command = `litlab:open-${kind}`;
      const tracker = new WidgetTracker<Preview>({ namespace: `litlab-${kind}` });
      commands.addCommand(command, {
        label: ({ name }) => (name === undefined ? `${label}…` : label),
        icon,
        execute: async (args) => {
          try {
            const target = targetOf({ ...args, kind }) ?? (await chooseTarget(service, trans, title, [kind]));
            if (!target) return;
            const { team, name } = target;
            let preview = tracker.find(({ target }) => target.team === team && target.name === name);
            if (!preview) {
              preview = new Preview({ target: { kind, team, name }, service, trans, commands });
              void tracker.add(preview);
              shell.add(preview, "main");
            }
            shell.activateById(preview.id);
            return preview;
          } catch (error) {
            await showErrorMessage(title, error as Error);
          }
        },
      });
      palette?.addItem({ command, category: trans.__("Lit Lab") });
      void restorer?.restore(tracker, {
        command,
        args: ({ target: { team, name } }) => ({ team, name }),
        name: ({ target: { team, name } }) => `${team}/${name}`,
      });
    }
  },
};
