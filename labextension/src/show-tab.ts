import type { ILabShell, JupyterFrontEnd } from "@jupyterlab/application";
import type { WidgetTracker } from "@jupyterlab/apputils";
import type { Widget } from "@lumino/widgets";

export interface Tabs<T extends Widget> {
  readonly shell: JupyterFrontEnd.IShell;
  /** JupyterLab's; Notebook 7 has none. */
  readonly labShell: ILabShell | null;
  readonly tracker: WidgetTracker<T>;
}

/** Shows the tab that is asked for, a new one where there is none yet. */
export function showTab<T extends Widget>(
  { shell, labShell, tracker }: Tabs<T>,
  isAsked: (widget: T) => boolean,
  create: () => T,
): T {
  let widget = tracker.find(isAsked);
  if (!widget) {
    widget = create();
    void tracker.add(widget);
    // Notebook 7 leaves out what comes into its main area beside the one document.
    shell.add(widget, labShell ? "main" : "right");
  }
  shell.activateById(widget.id);
  return widget;
}
