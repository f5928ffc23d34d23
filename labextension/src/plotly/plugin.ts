import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { type ISessionContext, IThemeManager } from "@jupyterlab/apputils";
import { IConsoleTracker } from "@jupyterlab/console";
import { INotebookTracker } from "@jupyterlab/notebook";
import { type IRenderMime, IRenderMimeRegistry } from "@jupyterlab/rendermime";
import { ITranslator, nullTranslator } from "@jupyterlab/translation";
import { PlotlyRenderer } from "./renderer.js";

const MIME_TYPE = "application/vnd.plotly.v1+json";
/** Before JupyterLab's HTML (50) and pictures (80, 90). */
const RANK = 10;

/** Shows Plotly's figures; those in notebooks and consoles can ask their kernel for more. */
export const plotlyPlugin: JupyterFrontEndPlugin<void> = {
  id: "@litlab/labextension:plotly",
  description: "Shows Plotly's figures; charts of many bars are refined by their kernel.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IThemeManager, INotebookTracker, IConsoleTracker, ITranslator],
  activate: (
    _app,
    rendermime: IRenderMimeRegistry,
    themes: IThemeManager | null,
    notebooks: INotebookTracker | null,
    consoles: IConsoleTracker | null,
    translator: ITranslator | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("litlab");
    const factory = (context?: ISessionContext): IRenderMime.IRendererFactory => ({
      safe: true,
      mimeTypes: [MIME_TYPE],
      defaultRank: RANK,
      createRenderer: ({ mimeType }) =>
        new PlotlyRenderer({
          mimeType,
          themeChanged: themes?.themeChanged,
          context,
          trans,
        }),
    });
    rendermime.addFactory(factory());
    // Every notebook and console has a registry of its own, and so a factory that knows its kernel.
    const ofNotebook = ({ content, sessionContext }: NonNullable<INotebookTracker["currentWidget"]>) =>
      content.rendermime.addFactory(factory(sessionContext));
    notebooks?.forEach(ofNotebook);
    notebooks?.widgetAdded.connect((_, panel) => ofNotebook(panel));
    const ofConsole = ({ console, sessionContext }: NonNullable<IConsoleTracker["currentWidget"]>) =>
      console.rendermime.addFactory(factory(sessionContext));
    consoles?.forEach(ofConsole);
    consoles?.widgetAdded.connect((_, panel) => ofConsole(panel));
  },
};
