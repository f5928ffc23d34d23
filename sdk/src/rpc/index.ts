export {
  METHODS,
  type MethodName,
  NOTIFICATIONS,
  type Notification,
  type NotificationName,
  type Params,
  type Rename,
  type Result,
} from "./methods.js";
export { COMM_TARGET, SERVICE_SESSION } from "./names.js";
export { Pieces } from "./pieces.js";
