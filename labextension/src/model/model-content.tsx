import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { Message } from "@lumino/messaging";
import { lazy, Suspense } from "react";
import type { IVaultService } from "../service/tokens.js";
import type { ModelSource } from "./model-view.js";

// Graphs are drawn by a chunk of their own, which the first of them loads.
const ModelView = lazy(async () => ({ default: (await import("./model-view.js")).ModelView }));

/** A model's graph in a tab; nothing is read before it is seen. */
export class ModelContent extends ReactWidget {
  readonly #service: IVaultService;
  readonly #trans: TranslationBundle;
  #source: ModelSource;
  #seen = false;

  constructor(service: IVaultService, trans: TranslationBundle, source: ModelSource) {
    super();
    this.addClass("litlab-Viewer");
    this.#service = service;
    this.#trans = trans;
    this.#source = source;
  }

  get source(): ModelSource {
    return this.#source;
  }

  set source(source: ModelSource) {
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
    const name = "item" in source ? source.item : source.path.slice(source.path.lastIndexOf("/") + 1);
    return (
      <Suspense fallback={<p role="status">{this.#trans.__("Loading…")}</p>}>
        <ModelView service={this.#service} source={source} name={name} trans={this.#trans} />
      </Suspense>
    );
  }
}
