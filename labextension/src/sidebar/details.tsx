import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import { canvasIcon } from "../icons/icons.js";
import { AssetDetails } from "../preview/asset-details.js";
import { ItemDetails } from "../preview/item-details.js";
import { Header } from "../preview/parts.js";
import type { IVaultService } from "../service/tokens.js";
import { useChanges } from "./use-changes.js";
import type { VaultModel } from "./vault-model.js";

export interface DetailsOptions {
  readonly model: VaultModel;
  readonly service: IVaultService;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
}

/**
 * What is known of the selected entry, below the sidebar's lists. It is there before anything is selected: the lists must not
 * move under a double click.
 */
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
    const follow = (): void => this.setHidden(!model.isLoaded);
    model.changed.connect(follow);
    follow();
  }

  protected override render() {
    return <Shown {...this.#options} />;
  }
}

function Shown({ model, service, trans, commands }: DetailsOptions) {
  useChanges(model);
  const { selection, selectedEntry, team } = model;
  if (!selection || !selectedEntry || team === null)
    return (
      <p className="litlab-Card-loading">{trans.__("Select a model, an asset or a canvas to see what it holds.")}</p>
    );
  const { kind, name } = selection;
  const props = { service, trans, commands, team, name };
  if (kind === "item") return <ItemDetails {...props} />;
  if (kind === "asset") return <AssetDetails {...props} />;
  return (
    <div className="litlab-Card">
      <Header target={{ kind, team, name }} icon={canvasIcon} trans={trans} />
      <p>{trans.__("Changed on %1", selectedEntry.date)}</p>
    </div>
  );
}
