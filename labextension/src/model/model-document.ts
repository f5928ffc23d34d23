import { DocumentModel, type DocumentRegistry, DocumentWidget, TextModelFactory } from "@jupyterlab/docregistry";
import type { Contents } from "@jupyterlab/services";
import type { TranslationBundle } from "@jupyterlab/translation";
import { Toolbar } from "@jupyterlab/ui-components";
import { modelIcon } from "../icons/icons.js";
import type { IVaultService } from "../service/tokens.js";
import { ModelContent } from "./model-content.js";

/** Documents whose content stays on the server, which reads it itself: a model's file may be large. */
export class FileModelFactory extends TextModelFactory {
  override get name(): string {
    return "litlab-file";
  }

  override get fileFormat(): Contents.FileFormat {
    return null;
  }

  override createNew(options: Parameters<TextModelFactory["createNew"]>[0] = {}): DocumentModel {
    // Of a document that is shared JupyterLab neither saves anything nor makes a copy as a checkpoint.
    return new DocumentModel({ ...options, collaborationEnabled: true });
  }
}

export interface ModelDocumentOptions {
  readonly service: IVaultService;
  readonly contents: Contents.IManager;
  readonly trans: TranslationBundle;
}

/** A tab that shows the layers of a model's file as a graph. */
export function modelDocument(
  context: DocumentRegistry.Context,
  { service, contents, trans }: ModelDocumentOptions,
): DocumentWidget<ModelContent> {
  const source = () =>
    contents.driveName(context.path) === "" ? { path: contents.localPath(context.path) } : { elsewhere: context.path };
  const content = new ModelContent(service, trans, source());
  context.pathChanged.connect(() => {
    content.source = source();
  });
  // Its content stays on the server, so there is nothing to save: JupyterLab says that it is read-only.
  context.fileChanged.connect((_context, file) => Object.assign(file, { writable: false }));
  // JupyterLab's own toolbars never let go of their button "More commands".
  const widget = new DocumentWidget({ context, content, toolbar: new Toolbar() });
  widget.title.icon = modelIcon;
  widget.toolbar.hide(); // the graph has one of its own
  return widget;
}
