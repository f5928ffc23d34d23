import { CommandToolbarButton, MainAreaWidget } from "@jupyterlab/apputils";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { assetIcon, modelIcon } from "../icons/icons.js";
import type { VaultTarget } from "../notebook-cells/snippets.js";
import { AssetDetails } from "./asset-details.js";
import { ItemDetails } from "./item-details.js";
import type { DetailsProps } from "./parts.js";

export interface PreviewOptions extends Omit<DetailsProps, "team" | "name"> {
  readonly target: VaultTarget & { readonly kind: "item" | "asset" };
}

/** The details of an item or an asset, loaded once they are seen. */
class PreviewContent extends ReactWidget {
  readonly #services: Omit<PreviewOptions, "target">;
  readonly #onCanvas: (hasCanvas: boolean) => void;
  #target: PreviewOptions["target"];
  #seen = false;

  constructor({ target, ...services }: PreviewOptions, onCanvas: (hasCanvas: boolean) => void) {
    super();
    this.#services = services;
    this.#target = target;
    this.#onCanvas = onCanvas;
    this.addClass("litlab-Preview");
  }

  get target(): PreviewOptions["target"] {
    return this.#target;
  }

  set target(target: PreviewOptions["target"]) {
    this.#target = target;
    this.update();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  readonly #onLoad = ({ hasCanvas }: { readonly hasCanvas: boolean }): void => this.#onCanvas(hasCanvas);

  protected override render(): JSX.Element | null {
    this.#seen ||= this.isVisible;
    if (!this.#seen) return null;
    const { kind, team, name } = this.#target;
    const props = { ...this.#services, team, name };
    return kind === "item" ? <ItemDetails {...props} onLoad={this.#onLoad} /> : <AssetDetails {...props} />;
  }
}

/** A tab with the details of an item or an asset, and what can be done with it. */
export class Preview extends MainAreaWidget<PreviewContent> {
  readonly #options: PreviewOptions;
  readonly #buttons: CommandToolbarButton[] = [];

  constructor(options: PreviewOptions) {
    super({ content: new PreviewContent(options, (hasCanvas) => this.#buttons[2]?.setHidden(!hasCanvas)) });
    this.#options = options;
    this.addClass("litlab-PreviewTab");
    this.content.node.tabIndex = 0; // it scrolls
    this.title.icon = options.target.kind === "item" ? modelIcon : assetIcon;
    this.#label();
  }

  get target(): PreviewOptions["target"] {
    return this.content.target;
  }

  /** Follows what is shown to another name. */
  set name(name: string) {
    this.content.target = { ...this.target, name };
    this.#label();
  }

  #label(): void {
    const { trans, commands } = this.#options;
    const { kind, team, name } = this.target;
    const what = kind === "item" ? trans.__("Vault item %1/%2", team, name) : trans.__("Asset %1/%2", team, name);
    this.content.node.setAttribute("aria-label", what);
    this.title.label = name;
    this.title.caption = what;
    for (const button of this.#buttons.splice(0)) button.dispose();
    const add = (id: string, label: string, args: Record<string, string>): void => {
      const button = new CommandToolbarButton({ commands, id, label, args });
      this.#buttons.push(button);
      this.toolbar.addItem(id, button);
    };
    add("litlab:insert-cell", trans.__("Insert cell"), { ...this.target });
    if (kind !== "item") return;
    add("litlab:open-model", trans.__("Open model graph"), { team, item: name });
    add("litlab:open-canvas", trans.__("Open canvas"), { team, item: name });
    this.#buttons[2]?.hide(); // until it is known to have one
  }
}
