import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { notebookCellsPlugin } from "./notebook-cells/plugin.js";
import { plotlyPlugin } from "./plotly/plugin.js";
import { previewPlugin } from "./preview/plugin.js";
import { servicePlugin } from "./service/plugin.js";

const plugins: JupyterFrontEndPlugin<unknown>[] = [plotlyPlugin, servicePlugin, previewPlugin, notebookCellsPlugin];

// JupyterLab takes an extension's plugins from its default export.
export default plugins;
