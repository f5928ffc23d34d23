import type { ILayoutRestorer } from "@jupyterlab/application";
import { WidgetTracker } from "@jupyterlab/apputils";
import { ABCWidgetFactory, type DocumentRegistry, type IDocumentWidget } from "@jupyterlab/docregistry";

export interface ViewerOptions<T extends IDocumentWidget> {
  /** The factory's name, by which `docmanager:open` takes it. */
  readonly name: string;
  /** What Open With calls it. */
  readonly label: string;
  readonly fileType: Partial<DocumentRegistry.IFileType> & { readonly name: string };
  /** The kind of document: that of a model factory. */
  readonly modelName: string;
  /** Under which its tabs are kept for the next time. */
  readonly namespace: string;
  readonly create: (context: DocumentRegistry.Context) => T;
}

/** Makes a viewer the one that opens files of a type, in tabs that are there again after a reload. */
export function addViewer<T extends IDocumentWidget>(
  docRegistry: DocumentRegistry,
  restorer: ILayoutRestorer | null,
  { name, label, fileType, modelName, namespace, create }: ViewerOptions<T>,
): void {
  docRegistry.addFileType({ contentType: "file", ...fileType });
  const fileTypes = [fileType.name];
  const factory = new ViewerFactory(
    { name, label, modelName, fileTypes, defaultFor: fileTypes, readOnly: true },
    create,
  );
  const tracker = new WidgetTracker<T>({ namespace });
  factory.widgetCreated.connect((_, widget) => {
    widget.context.pathChanged.connect(() => void tracker.save(widget));
    void tracker.add(widget);
  });
  docRegistry.addWidgetFactory(factory);
  void restorer?.restore(tracker, {
    command: "docmanager:open",
    args: ({ context }) => ({ path: context.path, factory: name }),
    name: ({ context }) => context.path,
  });
}

class ViewerFactory<T extends IDocumentWidget> extends ABCWidgetFactory<T> {
  readonly #create: (context: DocumentRegistry.Context) => T;

  constructor(options: DocumentRegistry.IWidgetFactoryOptions<T>, create: (context: DocumentRegistry.Context) => T) {
    super(options);
    this.#create = create;
  }

  protected override createNewWidget(context: DocumentRegistry.Context): T {
    return this.#create(context);
  }
}
