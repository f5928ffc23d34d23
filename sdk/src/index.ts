import { installTslab } from "./display/tslab.js";

export { Asset } from "./assets/asset.js";
export { AssetFile, type Split } from "./assets/asset-file.js";
export { type BuildOptions, buildAsset } from "./assets/build-asset.js";
export type { AssetDataset } from "./assets/datasets.js";
export { listAssets } from "./assets/list-assets.js";
export { readSamples, type Samples } from "./assets/read-samples.js";
export { readTimes, type SampleTimes } from "./assets/read-times.js";
export type { AssetSchema } from "./assets/schema.js";
export { AUDIT_COLUMNS, type Audit, type AuditOptions, type DateAudit, type Outlier } from "./bars/audit.js";
export {
  BAR_COLUMNS,
  type Bar,
  type BarColumn,
  BarFrame,
  type BarFrameOptions,
  type FrameColumns,
  UNITS,
  type Unit,
} from "./bars/bar-frame.js";
export { BaseAdapter, type BaseOptions, type DateLike, type DateRange, type LoadedDate } from "./bars/base-adapter.js";
export type { TickCounts } from "./bars/check-ticks.js";
export { getAdapter } from "./bars/get-adapter.js";
export { SOURCE_BAR_COLUMNS, type SourceBarColumns, type SourceBars } from "./bars/source-bars.js";
export { ArrowAdapter, type ArrowAdapterOptions } from "./bars/sources/arrow-adapter.js";
export { CsvAdapter, type CsvAdapterOptions } from "./bars/sources/csv-adapter.js";
export type { FileOptions } from "./bars/sources/file-adapter.js";
export { Hdf5Adapter, type Hdf5AdapterOptions } from "./bars/sources/hdf5-adapter.js";
export { LeanAdapter, type LeanAdapterOptions } from "./bars/sources/lean-adapter.js";
export { MemoryAdapter, type MemoryAdapterOptions } from "./bars/sources/memory-adapter.js";
export { ParquetAdapter, type ParquetAdapterOptions } from "./bars/sources/parquet-adapter.js";
export { SALE_CONDITIONS, type SaleCondition } from "./bars/sources/sale-conditions.js";
export type { TableOptions } from "./bars/sources/table-adapter.js";
export { TIME_UNITS, type TimeUnit } from "./bars/sources/time-units.js";
export { type Tick, type TickColumns, TickFrame } from "./bars/tick-frame.js";
export type { Session, SessionTimes } from "./bars/trading-day.js";
export { Canvas, type CanvasOutput } from "./canvas/canvas.js";
export { listCanvases } from "./canvas/list-canvases.js";
export type {
  ActivationNode,
  AddNode,
  AttentionNode,
  AveragePooling1DNode,
  BatchNormalizationNode,
  CanvasDocument,
  CanvasEdge,
  CanvasGroup,
  CanvasNode,
  ConcatenateNode,
  Conv1DNode,
  DenseNode,
  DropoutNode,
  FlattenNode,
  GaussianNoiseNode,
  GlobalAveragePooling1DNode,
  GlobalMaxPooling1DNode,
  GruNode,
  InputNode,
  LayerNormalizationNode,
  LstmNode,
  MaxPooling1DNode,
  NodeId,
  NodeName,
  OutputNode,
  Position,
  ReshapeNode,
} from "./canvas-core/canvas-document.js";
export type { Component, ComponentType, Setting, SettingsOf } from "./canvas-core/components.js";
export { currentDevice } from "./devices/current-device.js";
export { type Device, DeviceList, type DevicesOptions, getDevices } from "./devices/get-devices.js";
export { type Fallback, fallbacks } from "./devices/kernels/fallbacks.js";
export { type MemoryUse, memory } from "./devices/memory.js";
export type { RungName } from "./devices/rungs.js";
export { setDevice } from "./devices/set-device.js";
export { setSeed } from "./devices/set-seed.js";
/** @internal For the command litlab. */
export {
  BINDING,
  KERNELS,
  MANIFEST,
  PACKAGE,
  QUIET_LOADER,
  readInstallation,
  SHARED_CORE,
  tensorflowFolder,
} from "./devices/tensorflow/installation.js";
export { Chart, chart, type Predictions } from "./display/chart.js";
export { BarChart, type BarChartOptions } from "./display/charts/bar-chart.js";
export type {
  Bands,
  ChartTrade,
  Indicator,
  Overlay,
  OverlayOf,
  PanelName,
  PredictionSeries,
} from "./display/charts/overlays.js";
export type { Shade } from "./display/charts/time-axis.js";
export { display } from "./display/display.js";
export type { MimeBundle } from "./display/mime-bundle.js";
export {
  LitDataError,
  LitError,
  type LitErrorOptions,
  LitModelError,
  LitVaultError,
  litErrorHandler,
} from "./errors.js";
/** @internal For the command litlab. */
export { besidePath, isAlive, litHome, sweepUnfinished, writeBeside } from "./home.js";
export { type LoadKerasOptions, loadKeras } from "./keras/load-keras.js";
export { loadWeights } from "./keras/load-weights.js";
export { saveKeras } from "./keras/save-keras.js";
export type { CustomFunction, CustomLayer, CustomObjects } from "./keras/settings/custom-objects.js";
export { getTeams, getVaultItems } from "./vault/get-vault-items.js";
export { type ImportOptions, importModel } from "./vault/import-model.js";
export { type RenameResult, VaultItem, type VaultItemDetails } from "./vault/vault-item.js";

installTslab();
