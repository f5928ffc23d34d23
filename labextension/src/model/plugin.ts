import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, MainAreaWidget, showErrorMessage, WidgetTracker } from "@jupyterlab/apputils";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { Toolbar } from "@jupyterlab/ui-components";
import { modelIcon } from "../icons/icons.js";
import { chooseTarget } from "../notebook-cells/choose-target.js";
import { IVaultService } from "../service/tokens.js";
import { ModelContent } from "./model-content.js";
import { FileModelFactory, type ModelDocumentWidget, ModelFactory } from "./model-document.js";

const FACTORY = "Keras Model";
const FILE_TYPE = "litlab-model";
const COMMAND = "litlab:open-model";

/** Opens `.keras` and `.h5` files, and the models of vault items, as graphs of their layers. */
export const modelPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:model",
  description: "Shows Keras models as graphs of their layers.",
  autoStart: true,
  requires: [IVaultService],
  optional: [ITranslator, ICommandPalette, ILayoutRestorer],
  activate: (
    { commands, docRegistry, serviceManager, shell }: JupyterFrontEnd,
    service: IVaultService,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: trans.__("Keras Model"),
      extensions: [".keras", ".h5"],
      mimeTypes: ["application/octet-stream"],
      contentType: "file",
      fileFormat: "base64",
      icon: modelIcon,
    });
    docRegistry.addModelFactory(new FileModelFactory());
    const factory = new ModelFactory({
      name: FACTORY,
      label: trans.__("Keras Model"),
      modelName: "litlab-file",
      fileTypes: [FILE_TYPE],
      defaultFor: [FILE_TYPE],
      readOnly: true,
      service,
      contents: serviceManager.contents,
      trans,
    });
    const files = new WidgetTracker<ModelDocumentWidget>({ namespace: "litlab-model-file" });
    factory.widgetCreated.connect((_, widget) => {
      widget.context.pathChanged.connect(() => void files.save(widget));
      void files.add(widget);
    });
    docRegistry.addWidgetFactory(factory);
    void restorer?.restore(files, {
      command: "docmanager:open",
      args: ({ context }) => ({ path: context.path, factory: FACTORY }),
      name: ({ context }) => context.path,
    });

    const items = new WidgetTracker<ItemModel>({ namespace: "litlab-model-item" });
    const openItem = (team: string, item: string): ItemModel => {
      let widget = items.find((other) => other.team === team && other.item === item);
      if (!widget) {
        widget = new ItemModel(new ModelContent(service, trans, { team, item }), team, item);
        widget.title.label = trans.__("%1: layers", item);
        widget.title.caption = trans.__("Model of the vault item %1/%2", team, item);
        void items.add(widget);
        shell.add(widget, "main");
      }
      shell.activateById(widget.id);
      return widget;
    };
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
  constructor(
    content: ModelContent,
    readonly team: string,
    readonly item: string,
  ) {
    super({ content, toolbar: new Toolbar() });
    this.title.icon = modelIcon;
    this.toolbar.hide(); // the graph has one of its own
  }
}
