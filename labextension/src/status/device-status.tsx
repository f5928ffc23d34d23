import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { Result } from "@litlab/sdk/rpc";
import { Signal } from "@lumino/signaling";
import type { IVaultService, ServiceState } from "../service/tokens.js";
import { VERSION } from "../version.js";

/** The status bar's item: the device that the vault's service computes on. */
export class DeviceStatus extends ReactWidget {
  readonly #trans: TranslationBundle;
  #hello: Result<"hello"> | null = null;
  /** It is shown while the service is up. */
  readonly activeChanged = new Signal<this, void>(this);

  constructor(service: IVaultService, trans: TranslationBundle) {
    super();
    this.#trans = trans;
    service.stateChanged.connect(this.#follow, this);
    void this.#follow(service, service.state);
  }

  get isActive(): boolean {
    return this.#hello !== null;
  }

  override dispose(): void {
    Signal.clearData(this);
    super.dispose();
  }

  async #follow(service: IVaultService, state: ServiceState): Promise<void> {
    // A service that has gone meanwhile says so by its state.
    const hello = state === "ready" ? await service.call("hello", { version: VERSION }).catch(() => null) : null;
    if (this.isDisposed || service.state !== state) return;
    this.#hello = hello;
    this.update();
    this.activeChanged.emit();
  }

  protected override render(): JSX.Element | null {
    if (!this.#hello) return null;
    const { device, home, readOnly } = this.#hello;
    const trans = this.#trans;
    const tooltip = [
      trans.__("Lit Lab computes on %1.", device),
      readOnly ? trans.__("The vault in %1 is read-only.", home) : trans.__("The vault is in %1.", home),
    ].join("\n");
    return (
      <span className="jp-StatusBar-TextItem" title={tooltip}>
        {trans.__("Lit Lab: %1", device)}
      </span>
    );
  }
}
