import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, showErrorMessage, WidgetTracker } from "@jupyterlab/apputils";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { canvasIcon } from "../icons/icons.js";
import { chooseTarget } from "../notebook-cells/choose-target.js";
import { IVaultService } from "../service/tokens.js";
import { type CanvasDocumentWidget, CanvasFactory } from "./canvas-document.js";
import { canvasPath, LitDrive, vaultedPath } from "./lit-drive.js";

const FACTORY = "Canvas";
const FILE_TYPE = "litlab-canvas";

/** Opens `*.canvas.json` as graphs; JupyterLab's editor and JSON viewer stay in Open With. */
export const canvasPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:canvas",
  description: "Shows canvases as graphs.",
  autoStart: true,
  optional: [ITranslator, ILayoutRestorer],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null, restorer: ILayoutRestorer | null) => {
    const { commands, docRegistry, serviceManager } = app;
    const trans = (translator ?? nullTranslator).load("litlab");
    docRegistry.addFileType({
      name: FILE_TYPE,
      displayName: trans.__("Canvas"),
      extensions: [".canvas.json"],
      mimeTypes: ["application/json"],
      contentType: "file",
      fileFormat: "text",
      icon: canvasIcon,
    });
    const factory = new CanvasFactory({
      name: FACTORY,
      label: trans.__("Canvas"),
      modelName: "text",
      fileTypes: [FILE_TYPE],
      defaultFor: [FILE_TYPE],
      readOnly: true,
      contents: serviceManager.contents,
      commands,
      trans,
    });
    const tracker = new WidgetTracker<CanvasDocumentWidget>({ namespace: "litlab-canvas" });
    factory.widgetCreated.connect((_, widget) => {
      widget.context.pathChanged.connect(() => void tracker.save(widget));
      void tracker.add(widget);
    });
    docRegistry.addWidgetFactory(factory);
    void restorer?.restore(tracker, {
      command: "docmanager:open",
      args: ({ context }) => ({ path: context.path, factory: FACTORY }),
      name: ({ context }) => context.path,
    });
  },
};

/** Adds the drive `lit:` and opens its canvases. */
export const drivePlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:drive",
  description: "The vault’s canvases as documents, in the drive lit:.",
  autoStart: true,
  requires: [IVaultService],
  optional: [ITranslator, ICommandPalette],
  activate: (
    { commands, serviceManager }: JupyterFrontEnd,
    service: IVaultService,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    serviceManager.contents.addDrive(new LitDrive(service, trans, serviceManager.serverSettings));
    const command = "litlab:open-canvas";
    commands.addCommand(command, {
      label: ({ canvas, item }) =>
        canvas === undefined && item === undefined ? trans.__("Open Canvas…") : trans.__("Open Canvas"),
      icon: canvasIcon,
      execute: async ({ team, canvas, item }) => {
        const open = (path: string) => commands.execute("docmanager:open", { path });
        if (typeof team === "string" && typeof canvas === "string") return open(canvasPath(team, canvas));
        if (typeof team === "string" && typeof item === "string") return open(vaultedPath(team, item));
        const title = trans.__("Open a canvas");
        try {
          const target = await chooseTarget(service, trans, title, ["canvas"]);
          return target && open(canvasPath(target.team, target.name));
        } catch (error) {
          await showErrorMessage(title, error as Error);
        }
      },
    });
    palette?.addItem({ command, category: trans.__("Lit Lab") });
  },
};
