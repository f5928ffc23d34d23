export type { CanvasDocument, CanvasEdge, CanvasGroup, CanvasNode, Position } from "./canvas-document.js";
export {
  COMPONENTS,
  type Component,
  type ComponentType,
  componentOf,
  type Setting,
  type SettingsOf,
  settingsOf,
} from "./components.js";
export { CANVAS_VERSION } from "./migrations.js";
export { MOST_CANVAS_BYTES, parseCanvas } from "./parse-canvas.js";
export { type NodeShape, shapesOf, type TensorShape } from "./shapes.js";
export { writeCanvas } from "./write-canvas.js";
