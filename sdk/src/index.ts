export { LitDataError, LitError, LitModelError, LitVaultError, litErrorHandler } from "./errors.js";
