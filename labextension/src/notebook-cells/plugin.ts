import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, showErrorMessage } from "@jupyterlab/apputils";
import { INotebookTracker } from "@jupyterlab/notebook";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { addBelowIcon } from "@jupyterlab/ui-components";
import { IVaultService } from "../service/tokens.js";
import { chooseTarget, targetOf } from "./choose-target.js";
import { nameOnDrop } from "./drop-cell.js";
import { insertCell } from "./insert-cell.js";

const INSERT = "litlab:insert-cell";

/** Inserts the cell of an item, asset or canvas into the current notebook. */
export const notebookCellsPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:notebook-cells",
  description: "Inserts cells that load items, assets and canvases of the vault.",
  autoStart: true,
  requires: [IVaultService, INotebookTracker],
  optional: [ITranslator, ICommandPalette],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    service: IVaultService,
    notebooks: INotebookTracker,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    nameOnDrop(notebooks);
    commands.addCommand(INSERT, {
      label: ({ name }) => (name === undefined ? trans.__("Insert Cell of the Vault…") : trans.__("Insert Cell")),
      caption: trans.__("Insert a cell that loads it, into the current notebook or a new one"),
      icon: addBelowIcon,
      execute: async (args) => {
        const title = trans.__("Insert a cell");
        try {
          const target = targetOf(args) ?? (await chooseTarget(service, trans, title, ["item", "asset", "canvas"]));
          if (!target) return;
          const panel = await insertCell(target, notebooks, commands);
          shell.activateById(panel.id);
        } catch (error) {
          await showErrorMessage(title, error as Error);
        }
      },
    });
    palette?.addItem({ command: INSERT, category: trans.__("Lit Lab") });
  },
};
