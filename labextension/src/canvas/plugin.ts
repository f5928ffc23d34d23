import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from "@jupyterlab/application";
import { ICommandPalette, showErrorMessage } from "@jupyterlab/apputils";
import { IDocumentManager } from "@jupyterlab/docmanager";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { addViewer } from "../graph/add-viewer.js";
import { canvasIcon } from "../icons/icons.js";
import { chooseTarget } from "../notebook-cells/choose-target.js";
import { IVaultService } from "../service/tokens.js";
import { CanvasDocumentWidget } from "./canvas-document.js";
import { canvasPath, LitDrive, vaultedPath } from "./lit-drive.js";

/** Opens `*.canvas.json` as graphs; JupyterLab's editor and JSON viewer stay in Open With. */
export const canvasPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:canvas",
  description: "Shows canvases as graphs.",
  autoStart: true,
  optional: [ITranslator, ILayoutRestorer],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null, restorer: ILayoutRestorer | null) => {
    const { commands, docRegistry, serviceManager } = app;
    const trans = (translator ?? nullTranslator).load("litlab");
    const { contents } = serviceManager;
    addViewer(docRegistry, restorer, {
      name: "Canvas",
      label: trans.__("Canvas"),
      fileType: {
        name: "litlab-canvas",
        displayName: trans.__("Canvas"),
        extensions: [".canvas.json"],
        mimeTypes: ["application/json"],
        fileFormat: "text",
        icon: canvasIcon,
      },
      modelName: "text",
      namespace: "litlab-canvas",
      create: (context) => new CanvasDocumentWidget(context, { contents, commands, trans }),
    });
  },
};

/** Adds the drive `lit:` and opens its canvases. */
export const drivePlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:drive",
  description: "The vault’s canvases as documents, in the drive lit:.",
  autoStart: true,
  requires: [IVaultService, IDocumentManager],
  optional: [ITranslator, ICommandPalette],
  activate: (
    { commands, serviceManager }: JupyterFrontEnd,
    service: IVaultService,
    documents: IDocumentManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    const isOpen = (path: string): boolean => documents.findWidget(path, null) !== undefined;
    serviceManager.contents.addDrive(new LitDrive(service, trans, serviceManager.serverSettings, isOpen));
    const command = "litlab:open-canvas";
    commands.addCommand(command, {
      label: ({ canvas, item }) =>
        canvas === undefined && item === undefined ? trans.__("Open Canvas…") : trans.__("Open Canvas"),
      icon: canvasIcon,
      execute: async ({ team, canvas, item }) => {
        const title = trans.__("Open a canvas");
        const choose = async () => {
          const target = await chooseTarget(service, trans, title, ["canvas"]);
          return target && canvasPath(target.team, target.name);
        };
        try {
          let path: string | null | undefined;
          if (typeof team === "string" && typeof canvas === "string") path = canvasPath(team, canvas);
          else if (typeof team === "string" && typeof item === "string") path = vaultedPath(team, item);
          else path = await choose();
          return path && (await commands.execute("docmanager:open", { path }));
        } catch (error) {
          await showErrorMessage(title, error as Error);
        }
      },
    });
    palette?.addItem({ command, category: trans.__("Lit Lab") });
  },
};
