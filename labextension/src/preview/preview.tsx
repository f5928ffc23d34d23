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
  readonly #options: PreviewOptions;
  readonly #onCanvas: (hasCanvas: boolean) => void;
  #seen = false;

  constructor(options: PreviewOptions, onCanvas: (hasCanvas: boolean) => void) {
    super();
    this.#options = options;
    this.#onCanvas = onCanvas;
    this.addClass("litlab-Preview");
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  readonly #onLoad = ({ hasCanvas }: { readonly hasCanvas: boolean }): void => this.#onCanvas(hasCanvas);

  protected override render(): JSX.Element | null {
    this.#seen ||= this.isVisible;
    if (!this.#seen) return null;
    const { target, ...services } = this.#options;
    const props = { ...services, team: target.team, name: target.name };
    return target.kind === "item" ? <ItemDetails {...props} onLoad={this.#onLoad} /> : <AssetDetails {...props} />;
  }
}

/** A tab with the details of an item or an asset, and what can be done with it. */
export class Preview extends MainAreaWidget {
  readonly target: PreviewOptions["target"];

  constructor(options: PreviewOptions) {
    const { target, trans, commands } = options;
    const { kind, team, name } = target;
    const button = (id: string, label: string, args: Record<string, string>) =>
      new CommandToolbarButton({ commands, id, label, args });
    const canvas = button("litlab:open-canvas", trans.__("Open canvas"), { team, item: name });
    canvas.hide();
    super({ content: new PreviewContent(options, (hasCanvas) => canvas.setHidden(!hasCanvas)) });
    this.target = target;
    this.addClass("litlab-PreviewTab");
    this.toolbar.addItem("insert", button("litlab:insert-cell", trans.__("Insert cell"), { ...target }));
    if (kind === "item") {
      this.toolbar.addItem("model", button("litlab:open-model", trans.__("Open model graph"), { team, item: name }));
      this.toolbar.addItem("canvas", canvas);
    } else canvas.dispose();
    const what = kind === "item" ? trans.__("Vault item %1/%2", team, name) : trans.__("Asset %1/%2", team, name);
    this.content.node.setAttribute("aria-label", what);
    this.content.node.tabIndex = 0; // it scrolls
    this.title.label = name;
    this.title.caption = what;
    this.title.icon = kind === "item" ? modelIcon : assetIcon;
  }
}
