import type { MethodName, Notification, Params, Rename, Result } from "@litlab/sdk/rpc";
import { Token } from "@lumino/coreutils";
import type { ISignal } from "@lumino/signaling";

/** `idle` until the first call; `starting` may take seconds; `failed` says why in `problem`. */
export type ServiceState = "idle" | "starting" | "ready" | "failed";

/** What the service answered instead of a result: the SDK's message and code. */
export class ServiceError extends Error {
  override readonly name = "ServiceError";
  readonly code: string | null;

  constructor(message: string, code: string | null, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The way to the vault: calls start the service's kernel when it is not there, and again after it died. */
export interface IVaultService {
  readonly state: ServiceState;
  /** What is wrong and what to do, while the state is `failed`. */
  readonly problem: string | null;
  readonly stateChanged: ISignal<IVaultService, ServiceState>;
  /** Something changed in the vault, by whomever; also after the service was away. */
  readonly changed: ISignal<IVaultService, Notification<"changed">>;
  /** An item or a canvas has another name, given by any page; what is open of it follows. */
  readonly renamed: ISignal<IVaultService, Rename>;
  readonly progressed: ISignal<IVaultService, Notification<"progress">>;
  /** @throws ServiceError */
  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>>;
}

export const IVaultService = new Token<IVaultService>(
  "@litlab/labextension:IVaultService",
  "The way to the team's vault: typed calls to the service's kernel.",
);
