import { type DocumentRegistry, DocumentWidget } from "@jupyterlab/docregistry";
import type { Contents } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget, Toolbar } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import type { Message } from "@lumino/messaging";
import { lazy, Suspense } from "react";
import { canvasIcon } from "../icons/icons.js";

const ENDING = /\.canvas\.json$/;

// Graphs are drawn by a chunk of their own, which the first of them loads, while its file is on its way.
const loadView = () => import("./canvas-view.js");
const CanvasView = lazy(async () => ({ default: (await loadView()).CanvasView }));

export interface CanvasDocumentOptions {
  readonly contents: Contents.IManager;
  readonly commands: CommandRegistry;
  readonly trans: TranslationBundle;
}

/** A tab that shows a canvas' file as a graph. */
export class CanvasDocumentWidget extends DocumentWidget<CanvasContent> {
  readonly #contents: Contents.IManager;

  constructor(context: DocumentRegistry.Context, options: CanvasDocumentOptions) {
    // JupyterLab's own toolbars never let go of their button "More commands".
    super({ context, content: new CanvasContent(context, options), toolbar: new Toolbar() });
    this.title.icon = canvasIcon;
    this.toolbar.hide(); // the graph has one of its own
    this.#contents = options.contents;
    this.#contents.fileChanged.connect(this.#onFileChanged, this);
  }

  override dispose(): void {
    this.#contents?.fileChanged.disconnect(this.#onFileChanged, this);
    super.dispose();
  }

  /** What another program has saved is shown, unless an editor in this page holds changes of its own. */
  #onFileChanged(_: Contents.IManager, { type, newValue }: Contents.IChangedArgs): void {
    const { context } = this;
    const isNewer = newValue?.hash !== undefined && newValue.hash !== context.contentsModel?.hash;
    if (type === "save" && newValue?.path === context.path && isNewer && !context.model.dirty)
      void context.revert().catch(() => undefined); // it is gone again
  }
}

class CanvasContent extends ReactWidget {
  readonly #context: DocumentRegistry.Context;
  readonly #options: CanvasDocumentOptions;
  #seen = false;

  constructor(context: DocumentRegistry.Context, options: CanvasDocumentOptions) {
    super();
    this.addClass("litlab-Viewer");
    this.#context = context;
    this.#options = options;
    void context.ready.then(() => this.update());
    context.model.contentChanged.connect(this.update, this);
    context.pathChanged.connect(this.update, this);
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) void loadView();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    void loadView();
    this.update();
  }

  protected override render(): JSX.Element | null {
    this.#seen ||= this.isVisible;
    const { model, path, isReady } = this.#context;
    if (!isReady || !this.#seen) return null;
    const { trans, commands } = this.#options;
    const file = path.slice(path.lastIndexOf("/") + 1);
    return (
      <Suspense fallback={<p role="status">{trans.__("Loading…")}</p>}>
        <CanvasView
          text={model.toString()}
          name={file.replace(ENDING, "")}
          trans={trans}
          onEdit={() => void commands.execute("docmanager:open", { path, factory: "Editor" })}
        />
      </Suspense>
    );
  }
}
