import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { canvasPlugin, drivePlugin } from "./canvas/plugin.js";
import { modelPlugin } from "./model/plugin.js";
import { notebookCellsPlugin } from "./notebook-cells/plugin.js";
import { plotlyPlugin } from "./plotly/plugin.js";
import { previewPlugin } from "./preview/plugin.js";
import { servicePlugin } from "./service/plugin.js";
import { sidebarPlugin } from "./sidebar/plugin.js";
import { launcherPlugin, statusPlugin } from "./status/plugin.js";

const plugins: JupyterFrontEndPlugin<unknown>[] = [
  plotlyPlugin,
  servicePlugin,
  previewPlugin,
  notebookCellsPlugin,
  canvasPlugin,
  drivePlugin,
  modelPlugin,
  statusPlugin,
  launcherPlugin,
  sidebarPlugin,
];

// JupyterLab takes an extension's plugins from its default export.
export default plugins;
