export { LitError } from "../errors.js";
export type { Methods, Page } from "./methods.js";
export { openService, type Service, type ServiceOptions } from "./open-service.js";
