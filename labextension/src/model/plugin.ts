import { ILabShell, ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, MainAreaWidget, showErrorMessage, WidgetTracker } from "@jupyterlab/apputils";
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation";
import { Toolbar } from "@jupyterlab/ui-components";
import { addViewer } from "../graph/add-viewer.js";
import { modelIcon } from "../icons/icons.js";
import { chooseTarget } from "../notebook-cells/choose-target.js";
import { IVaultService } from "../service/tokens.js";
import { showTab } from "../show-tab.js";
import { ModelContent } from "./model-content.js";
import { FileModelFactory, modelDocument } from "./model-document.js";

const FACTORY = "Keras Model";
const COMMAND = "litlab:open-model";

/** Opens `.keras` and `.h5` files, and the models of vault items, as graphs of their layers. */
export const modelPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:model",
  description: "Shows Keras models as graphs of their layers.",
  autoStart: true,
  requires: [IVaultService],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer, ILabShell],
  activate: (
    { commands, docRegistry, serviceManager, shell }: JupyterFrontEnd,
    service: IVaultService,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    labShell: ILabShell | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    const { contents } = serviceManager;
    docRegistry.addModelFactory(new FileModelFactory());
    addViewer(docRegistry, restorer, {
      name: FACTORY,
      label: trans.__("Keras Model"),
      fileType: {
        name: "litlab-model",
        displayName: trans.__("Keras Model"),
        extensions: [".keras", ".h5"],
        mimeTypes: ["application/octet-stream"],
        fileFormat: "base64",
        icon: modelIcon,
      },
      modelName: "litlab-file",
      namespace: "litlab-model-file",
      create: (context) => modelDocument(context, { service, contents, trans }),
    });

    const items = new WidgetTracker<ItemModel>({ namespace: "litlab-model-item" });
    const openItem = (team: string, item: string): ItemModel =>
      showTab(
        { shell, labShell, tracker: items },
        (other) => other.team === team && other.item === item,
        () => new ItemModel(service, trans, team, item),
      );
    service.renamed.connect((_, { team, kind, name, newName }) => {
      const widget = items.find((other) => kind === "item" && other.team === team && other.item === name);
      if (!widget) return;
      widget.item = newName;
      void items.save(widget);
    });
    commands.addCommand(COMMAND, {
      label: ({ team, path }) =>
        team === undefined && path === undefined ? trans.__("Open Model…") : trans.__("Open Model"),
      icon: modelIcon,
      execute: async ({ team, item, path }) => {
        if (typeof path === "string") return commands.execute("docmanager:open", { path, factory: FACTORY });
        if (typeof team === "string" && typeof item === "string") return openItem(team, item);
        const title = trans.__("Open a vault item’s model");
        try {
          const target = await chooseTarget(service, trans, title, ["item"]);
          return target && openItem(target.team, target.name);
        } catch (error) {
          await showErrorMessage(title, error as Error);
        }
      },
    });
    palette?.addItem({ command: COMMAND, category: trans.__("Lit Lab") });
    void restorer?.restore(items, {
      command: COMMAND,
      args: ({ team, item }) => ({ team, item }),
      name: ({ team, item }) => `${team}/${item}`,
    });
  },
};

/** A tab with the model of a vault item. */
class ItemModel extends MainAreaWidget<ModelContent> {
  readonly #trans: TranslationBundle;
  #item = "";

  constructor(
    service: IVaultService,
    trans: TranslationBundle,
    readonly team: string,
    item: string,
  ) {
    super({ content: new ModelContent(service, trans, { team, item }), toolbar: new Toolbar() });
    this.#trans = trans;
    this.title.icon = modelIcon;
    this.toolbar.hide(); // the graph has one of its own
    this.item = item;
  }

  get item(): string {
    return this.#item;
  }

  /** The item that is shown; it may have another name meanwhile. */
  set item(item: string) {
    this.#item = item;
    this.content.source = { team: this.team, item };
    this.title.label = this.#trans.__("%1: layers", item);
    this.title.caption = this.#trans.__("Model of the vault item %1/%2", this.team, item);
  }
}
