import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { lazy, Suspense } from "react";
import { Problem } from "../graph/problem.js";
import type { IVaultService } from "../service/tokens.js";
import type { ModelSource } from "./model-view.js";

// Graphs are drawn by a chunk of their own, which the first of them loads.
const ModelView = lazy(async () => ({ default: (await import("./model-view.js")).ModelView }));

/** What a tab shows: a model that the service can read, or one of a drive that it cannot reach. */
export type ShownModel = ModelSource | { readonly elsewhere: string };

/** A model's graph in a tab; nothing is read before it is seen. */
export class ModelContent extends ReactWidget {
  readonly #service: IVaultService;
  readonly #trans: TranslationBundle;
  #source: ShownModel;
  #seen = false;

  constructor(service: IVaultService, trans: TranslationBundle, source: ShownModel) {
    super();
    this.addClass("litlab-Viewer");
    this.#service = service;
    this.#trans = trans;
    this.#source = source;
  }

  set source(source: ShownModel) {
    this.#source = source;
    this.update();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.update();
  }

  protected override render(): JSX.Element | null {
    this.#seen ||= this.isVisible;
    if (!this.#seen) return null;
    const source = this.#source;
    const trans = this.#trans;
    if ("elsewhere" in source)
      return (
        <Problem
          title={trans.__("%1 cannot be shown", source.elsewhere)}
          reason={trans.__(
            "It lies in another drive, and only models of Jupyter’s own server are read. Import it into the vault, or copy it to the server’s files.",
          )}
        />
      );
    const name = "item" in source ? source.item : source.path.slice(source.path.lastIndexOf("/") + 1);
    return (
      <Suspense fallback={<p role="status">{trans.__("Loading…")}</p>}>
        <ModelView service={this.#service} source={source} name={name} trans={trans} />
      </Suspense>
    );
  }
}
