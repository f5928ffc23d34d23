import { Clipboard, showErrorMessage } from "@jupyterlab/apputils";
import type { IDocumentManager } from "@jupyterlab/docmanager";
import { FileDialog, type IFileBrowserFactory } from "@jupyterlab/filebrowser";
import type { ITranslator, TranslationBundle } from "@jupyterlab/translation";
import { fileUploadIcon, folderIcon, refreshIcon } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils";
import { vaultIcon } from "../icons/icons.js";
import { COMMANDS } from "./command-ids.js";
import { type Imports, isModelFile } from "./imports.js";
import type { Selection, VaultModel } from "./vault-model.js";

export interface CommandsOptions {
  readonly commands: CommandRegistry;
  readonly model: VaultModel;
  readonly imports: Imports;
  readonly documents: IDocumentManager | null;
  readonly browsers: IFileBrowserFactory | null;
  readonly translator: ITranslator;
  readonly trans: TranslationBundle;
  readonly show: () => void;
  readonly focusFilter: () => void;
}

/** Registers what can be done in the vault's sidebar. */
export function addCommands(options: CommandsOptions): void {
  const { commands, model, trans, show } = options;
  commands.addCommand(COMMANDS.show, {
    label: ({ isLauncher }) => (isLauncher ? trans.__("Vault") : trans.__("Show the Vault")),
    icon: vaultIcon,
    execute: show,
  });
  commands.addCommand(COMMANDS.refresh, {
    label: trans.__("Refresh the Vault"),
    icon: refreshIcon,
    execute: () => model.reload(),
  });
  commands.addCommand(COMMANDS.filter, {
    label: trans.__("Filter the Vault"),
    execute: () => {
      show();
      options.focusFilter();
    },
  });
  commands.addCommand(COMMANDS.rename, {
    label: trans.__("Rename…"),
    caption: trans.__("Rename the vault’s selected item"),
    isEnabled: () => renamable(model.selection),
    isVisible: () => model.selection?.kind !== "asset",
    execute: () => {
      if (model.selection && renamable(model.selection)) model.beginRename(model.selection);
    },
  });
  commands.addCommand(COMMANDS.copyName, {
    label: trans.__("Copy Name"),
    isEnabled: () => model.selection !== null,
    execute: () => {
      if (model.selection) Clipboard.copyToSystem(model.selection.name);
    },
  });
  addImports(options);
  addSelectionCommands(options);
}

const renamable = (selection: Selection | null): boolean => selection !== null && selection.kind !== "asset";

function addImports({ commands, model, imports, documents, browsers, translator, trans, show }: CommandsOptions): void {
  /** Models that are selected in the file browser. */
  const selected = (): string[] => {
    const items = [...(browsers?.tracker.currentWidget?.selectedItems() ?? [])];
    return items.flatMap(({ path, type }) => (type !== "directory" && isModelFile(path) ? [path] : []));
  };
  const pick = async (): Promise<string[]> => {
    if (!documents) return [];
    const { value, button } = await FileDialog.getOpenFiles({
      title: trans.__("Import Models into the Vault"),
      manager: documents,
      translator,
      filter: ({ type, name }) => (type === "directory" || isModelFile(name) ? {} : null),
    });
    return button.accept ? (value ?? []).flatMap(({ path, type }) => (type === "directory" ? [] : [path])) : [];
  };
  const withTeam = async (use: (team: string) => void | Promise<void>): Promise<void> => {
    show();
    const team = await model.knownTeam();
    if (team !== null) return use(team);
    await showErrorMessage(
      trans.__("There is no team to import into"),
      model.problem ?? trans.__("The vault is empty."),
    );
  };

  commands.addCommand(COMMANDS.importModel, {
    label: ({ from }) => (from === "filebrowser" ? trans.__("Import into the Vault") : trans.__("Import a Model…")),
    caption: trans.__("Import a .keras or .h5 file of the file browser into the vault"),
    icon: folderIcon,
    isVisible: ({ from }) => from !== "filebrowser" || selected().length > 0,
    execute: ({ path, from }) =>
      withTeam(async (team) => {
        const given = typeof path === "string" ? [path] : from === "filebrowser" ? selected() : await pick();
        for (const one of given) imports.start(team, { path: one });
      }),
  });
  commands.addCommand(COMMANDS.uploadModel, {
    label: trans.__("Import a Model from This Computer…"),
    icon: fileUploadIcon,
    execute: async () => {
      // A browser opens its dialog only at once.
      const files = await chooseFiles();
      await withTeam((team) => {
        for (const file of files) imports.start(team, { file });
      });
    },
  });
}

function chooseFiles(): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".keras,.h5";
    input.multiple = true;
    input.onchange = () => resolve([...(input.files ?? [])]);
    input.oncancel = () => resolve([]);
    input.click();
  });
}

/** Commands of the extension's other parts, for what is selected in the sidebar; unseen where that part is missing. */
function addSelectionCommands({ commands, model, trans }: CommandsOptions): void {
  type Target = readonly [command: string, args: ReadonlyPartialJSONObject] | null;
  const add = (id: string, label: string, targetOf: (team: string, selection: Selection) => Target): void => {
    const target = (): Target => {
      const { team, selection } = model;
      const found = team !== null && selection ? targetOf(team, selection) : null;
      return found && commands.hasCommand(found[0]) ? found : null;
    };
    commands.addCommand(id, {
      label,
      isEnabled: () => target() !== null,
      isVisible: () => target() !== null,
      execute: () => {
        const found = target();
        return found ? commands.execute(...found) : undefined;
      },
    });
  };
  add(COMMANDS.open, trans.__("Open"), (team, { kind, name }) =>
    kind === "canvas" ? ["litlab:open-canvas", { team, canvas: name }] : [`litlab:open-${kind}`, { team, name }],
  );
  add(COMMANDS.openCanvas, trans.__("Open Canvas"), (team, { kind, name }) =>
    kind === "item" && model.selectedEntry?.hasCanvas ? ["litlab:open-canvas", { team, item: name }] : null,
  );
  add(COMMANDS.openModel, trans.__("Open Model"), (team, { kind, name }) =>
    kind === "item" ? ["litlab:open-model", { team, item: name }] : null,
  );
  add(COMMANDS.insert, trans.__("Insert into Notebook"), (team, { kind, name }) => [
    "litlab:insert-cell",
    { kind, team, name },
  ]);
}
