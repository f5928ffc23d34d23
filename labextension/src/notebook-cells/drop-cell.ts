import type { INotebookTracker } from "@jupyterlab/notebook";
import type { Drag } from "@lumino/dragdrop";
import { draggedTarget, setCell } from "./drag-cell.js";
import { sourcesOf } from "./insert-cell.js";
import { snippetOf } from "./snippets.js";

/** Names the variables of a cell by the notebook that it is dropped into: only then is known which one that is. */
export function nameOnDrop(notebooks: INotebookTracker): void {
  const onDrop = ({ mimeData, target }: Drag.Event): void => {
    const dragged = draggedTarget(mimeData);
    const panel = dragged && notebooks.find(({ node }) => node.contains(target as Node));
    if (panel) setCell(mimeData, snippetOf(dragged, sourcesOf(panel)));
  };
  // Before the notebook hears of it.
  document.addEventListener("lm-drop", (event) => onDrop(event as Drag.Event), { capture: true });
}
