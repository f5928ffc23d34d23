import { type INotebookTracker, NotebookActions, type NotebookPanel } from "@jupyterlab/notebook";
import type { CommandRegistry } from "@lumino/commands";
import { snippetOf, type VaultTarget } from "./snippets.js";

/** The kernel "TypeScript (Lit Lab)". */
const KERNEL = "litlab";

/** What a notebook's code cells hold. */
export const sourcesOf = ({ content }: NotebookPanel): readonly string[] =>
  content.widgets.flatMap(({ model }) => (model.type === "code" ? [model.sharedModel.getSource()] : []));

/** Inserts a target's cell below the active one of the current notebook, or into a new TypeScript notebook where there is none. */
export async function insertCell(
  target: VaultTarget,
  notebooks: INotebookTracker,
  commands: CommandRegistry,
): Promise<NotebookPanel> {
  const current = notebooks.currentWidget;
  const panel = current ?? (await newNotebook(commands));
  const { content } = panel;
  const source = snippetOf(target, sourcesOf(panel));
  if (current) NotebookActions.insertBelow(content);
  content.activeCell?.model.sharedModel.setSource(source);
  content.mode = "command";
  await NotebookActions.focusActiveCell(content);
  return panel;
}

async function newNotebook(commands: CommandRegistry): Promise<NotebookPanel> {
  const panel: NotebookPanel = await commands.execute("notebook:create-new", { kernelName: KERNEL });
  await panel.revealed;
  return panel;
}
