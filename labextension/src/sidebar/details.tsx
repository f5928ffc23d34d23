import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import { AssetDetails } from "../preview/asset-details.js";
import { ItemDetails } from "../preview/item-details.js";
import type { IVaultService } from "../service/tokens.js";
import { useChanges } from "./use-changes.js";
import type { VaultModel } from "./vault-model.js";

export interface DetailsOptions {
  readonly model: VaultModel;
  readonly service: IVaultService;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
}

/** What is known of the selected item or asset, below the sidebar's lists. */
export class Details extends ReactWidget {
  readonly #options: DetailsOptions;

  constructor(options: DetailsOptions) {
    super();
    this.#options = options;
    this.addClass("litlab-SidebarDetails");
    const { model, trans } = options;
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("Details"));
    this.node.tabIndex = 0;
    const follow = (): void => this.setHidden(shownOf(model) === null);
    model.changed.connect(follow);
    follow();
  }

  protected override render() {
    return <Shown {...this.#options} />;
  }
}

/** The selected entry that has details. */
const shownOf = ({ selection, isLoaded }: VaultModel) =>
  isLoaded && selection && selection.kind !== "canvas" ? selection : null;

function Shown({ model, service, trans, commands }: DetailsOptions) {
  useChanges(model);
  const shown = shownOf(model);
  const { team } = model;
  if (!shown || team === null) return null;
  const props = { service, trans, commands, team, name: shown.name };
  return shown.kind === "item" ? <ItemDetails {...props} /> : <AssetDetails {...props} />;
}
