import { ILayoutRestorer, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette } from "@jupyterlab/apputils";
import { IDocumentManager } from "@jupyterlab/docmanager";
import { IFileBrowserFactory } from "@jupyterlab/filebrowser";
import { ISettingRegistry } from "@jupyterlab/settingregistry";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { IVaultService } from "../service/tokens.js";
import { COMMANDS } from "./command-ids.js";
import { addCommands } from "./commands.js";
import { Details } from "./details.js";
import { Imports } from "./imports.js";
import { keepSort, keepView, loadSettings } from "./keep.js";
import { VaultModel } from "./vault-model.js";
import { VaultSidebar } from "./vault-sidebar.js";

const ID = "@litlab/labextension:sidebar";

/** The vault in the left area. */
export const sidebarPlugin: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "The team's vault in the sidebar: models, assets and canvases.",
  autoStart: true,
  requires: [IVaultService],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, ISettingRegistry, IDocumentManager, IFileBrowserFactory],
  activate: (
    { commands, shell, serviceManager },
    service: IVaultService,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    settings: ISettingRegistry | null,
    documents: IDocumentManager | null,
    browsers: IFileBrowserFactory | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    const model = new VaultModel(service);
    const imports = new Imports(service, serviceManager.contents, trans);
    imports.done.connect((_, { team, name }) => {
      if (team === model.team) model.selectWhenThere({ kind: "item", name });
    });

    const loading = loadSettings(settings, ID);
    const onSort = keepSort(model, loading);
    const details = new Details({ model, service, trans, commands });
    const sidebar = new VaultSidebar({ model, imports, trans, commands, onSort }, details);
    shell.add(sidebar, "left", { rank: 350, type: "Vault" });
    restorer?.add(sidebar, sidebar.id);
    void keepView(model, sidebar, loading);

    addCommands({
      commands,
      model,
      imports,
      documents,
      browsers,
      translator: translator ?? nullTranslator,
      trans,
      show: () => shell.activateById(sidebar.id),
      focusFilter: () => sidebar.focusFilter(),
    });
    const category = trans.__("Lit Lab");
    for (const command of Object.values(COMMANDS)) palette?.addItem({ command, category });
  },
};
