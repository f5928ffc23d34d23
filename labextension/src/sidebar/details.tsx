import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { IVaultService } from "../service/tokens.js";
import type { VaultModel } from "./vault-model.js";

/** What is known of the selected entry. */
export class Details extends ReactWidget {
  readonly #model: VaultModel;
  readonly #service: IVaultService;
  readonly #trans: TranslationBundle;

  constructor(model: VaultModel, service: IVaultService, trans: TranslationBundle) {
    super();
    this.#model = model;
    this.#service = service;
    this.#trans = trans;
    this.addClass("litlab-Details");
    this.hide();
    model.changed.connect(() => this.setHidden(model.selection === null));
  }

  protected override render() {
    void [this.#model, this.#service, this.#trans];
    return null;
  }
}
