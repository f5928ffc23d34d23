import type { JupyterFrontEndPlugin } from "@jupyterlab/application";
import { plotlyPlugin } from "./plotly/plugin.js";

const plugins: JupyterFrontEndPlugin<unknown>[] = [plotlyPlugin];

// JupyterLab takes an extension's plugins from its default export.
export default plugins;
