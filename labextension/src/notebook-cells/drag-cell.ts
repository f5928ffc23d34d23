import { MimeData } from "@lumino/coreutils";
import { Drag } from "@lumino/dragdrop";
import { snippetOf, type VaultTarget } from "./snippets.js";

/** Cells, as JupyterLab's notebooks take them from each other. */
const CELLS = "application/vnd.jupyter.cells";
/** What is dragged. */
const TARGET = "application/vnd.litlab.target";
/** A press that moves this far is a drag, in pixels; as in JupyterLab's notebooks. */
const THRESHOLD = 5;

type Press = Pick<MouseEvent, "clientX" | "clientY">;

export const draggedTarget = (mimeData: MimeData): VaultTarget | null => mimeData.getData(TARGET) ?? null;

export function setCell(mimeData: MimeData, source: string): void {
  mimeData.setData(CELLS, [{ cell_type: "code", source, metadata: {}, outputs: [], execution_count: null }]);
  mimeData.setData("text/plain", source);
}

/** Drags a target's cell from where the mouse is: a notebook takes it as a cell, another editor as text. */
export function startCellDrag({ clientX, clientY }: Press, target: VaultTarget, label: string): void {
  const mimeData = new MimeData();
  mimeData.setData(TARGET, target);
  setCell(mimeData, snippetOf(target));
  const dragImage = document.createElement("div");
  dragImage.className = "litlab-DragImage";
  dragImage.textContent = label;
  const drag = new Drag({ mimeData, dragImage, proposedAction: "copy", supportedActions: "copy" });
  void drag.start(clientX, clientY).then(() => drag.dispose());
}

/** Drags a target's cell once the mouse has moved far enough from where it was pressed; what is pressed stays clickable. */
export function dragOnMove(press: Press & Pick<MouseEvent, "button">, target: VaultTarget, label: string): void {
  if (press.button !== 0) return;
  const released = new AbortController();
  const { signal } = released;
  const move = (event: MouseEvent): void => {
    event.preventDefault(); // no text is selected meanwhile
    if (Math.hypot(event.clientX - press.clientX, event.clientY - press.clientY) < THRESHOLD) return;
    released.abort();
    startCellDrag(event, target, label);
  };
  document.addEventListener("mousemove", move, { capture: true, signal });
  document.addEventListener("mouseup", () => released.abort(), { capture: true, signal });
}
