import { installTslab } from "./display/tslab.js";

export { Asset } from "./assets/asset.js";
export { AssetFile, type Split } from "./assets/asset-file.js";
export { type BuildOptions, buildAsset } from "./assets/build-asset.js";
export type { AssetDataset } from "./assets/datasets.js";
export { listAssets } from "./assets/list-assets.js";
export { readTimes, type SampleTimes } from "./assets/read-times.js";
export type { AssetSchema } from "./assets/schema.js";
export { BAR_COLUMNS, type Bar, type BarColumn, BarFrame, UNITS, type Unit } from "./bars/bar-frame.js";
export { BaseAdapter, type DateLike, type DateRange } from "./bars/base-adapter.js";
export type { TickCounts } from "./bars/check-ticks.js";
export { getAdapter } from "./bars/get-adapter.js";
export { CsvAdapter, type CsvAdapterOptions } from "./bars/sources/csv-adapter.js";
export { LeanAdapter, type LeanAdapterOptions } from "./bars/sources/lean-adapter.js";
export { MemoryAdapter, type MemoryAdapterOptions } from "./bars/sources/memory-adapter.js";
export { ParquetAdapter, type ParquetAdapterOptions } from "./bars/sources/parquet-adapter.js";
export { type TableOptions, TIME_UNITS, type TimeUnit } from "./bars/sources/table-adapter.js";
export { type Tick, type TickColumns, TickFrame } from "./bars/tick-frame.js";
export { Chart, chart, type Predictions } from "./display/chart.js";
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
export { besidePath, litHome, sweepUnfinished } from "./home.js";
export { type LoadKerasOptions, loadKeras } from "./keras/load-keras.js";
export { loadWeights } from "./keras/load-weights.js";
export { saveKeras } from "./keras/save-keras.js";
export type { CustomFunction, CustomLayer, CustomObjects } from "./keras/settings/custom-objects.js";
export { getTeams, getVaultItems } from "./vault/get-vault-items.js";
export { type ImportOptions, importModel } from "./vault/import-model.js";
export { type RenameResult, VaultItem, type VaultItemDetails } from "./vault/vault-item.js";

installTslab();
