import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, showErrorMessage, WidgetTracker } from "@jupyterlab/apputils";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { assetIcon, modelIcon } from "../icons/icons.js";
import { chooseTarget, targetOf } from "../notebook-cells/choose-target.js";
import { IVaultService } from "../service/tokens.js";
import { showTab } from "../show-tab.js";
import { Preview } from "./preview.js";

/** Opens items and assets of the vault in tabs, which come back after a reload. */
export const previewPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:preview",
  description: "Tabs with the details of vault items and assets.",
  autoStart: true,
  requires: [IVaultService],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, ILabShell],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    service: IVaultService,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null,
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
            return showTab(
              { shell, labShell, tracker },
              ({ target }) => target.team === team && target.name === name,
              () => new Preview({ target: { kind, team, name }, service, trans, commands }),
            );
          } catch (error) {
            await showErrorMessage(title, error as Error);
          }
        },
      });
      service.renamed.connect((_, rename) => {
        const isIt = ({ target: { kind, team, name } }: Preview) =>
          kind === rename.kind && team === rename.team && name === rename.name;
        const preview = tracker.find(isIt);
        if (!preview) return;
        preview.name = rename.newName;
        void tracker.save(preview);
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
