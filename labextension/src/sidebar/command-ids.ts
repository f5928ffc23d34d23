/** The sidebar's commands. */
export const COMMANDS = {
  show: "litlab:show-vault",
  refresh: "litlab:refresh-vault",
  filter: "litlab:filter-vault",
  importModel: "litlab:import-model",
  uploadModel: "litlab:upload-model",
  rename: "litlab:rename-item",
  copyName: "litlab:copy-name",
  open: "litlab:open-selection",
  openCanvas: "litlab:open-canvas-of-selection",
  openModel: "litlab:open-model-of-selection",
  insert: "litlab:insert-selection",
} as const;
