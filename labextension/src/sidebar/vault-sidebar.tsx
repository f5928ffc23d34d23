import type { TranslationBundle } from "@jupyterlab/translation";
import { ReactWidget } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import type { Drag } from "@lumino/dragdrop";
import { type ISignal, Signal } from "@lumino/signaling";
import { SplitPanel, type Widget } from "@lumino/widgets";
import { vaultIcon } from "../icons/icons.js";
import { type Imports, isModelFile, type ModelSource } from "./imports.js";
import type { Kind } from "./lists.js";
import type { VaultModel } from "./vault-model.js";
import { VaultView, type VaultViewProps } from "./vault-view.js";

/** What JupyterLab's file browser drags: paths. */
const CONTENTS_MIME = "application/x-jupyter-icontents";
const DROP_CLASS = "litlab-mod-drop";

export interface VaultSidebarOptions {
  readonly model: VaultModel;
  readonly imports: Imports;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly onSort: VaultViewProps["onSort"];
}

/** The sidebar's lists. */
class VaultLists extends ReactWidget {
  readonly foldedChanged = new Signal<this, readonly Kind[]>(this);
  readonly #options: VaultSidebarOptions;
  #folded: ReadonlySet<Kind> = new Set();

  constructor(options: VaultSidebarOptions) {
    super();
    this.#options = options;
    this.addClass("litlab-VaultLists");
  }

  set folded(folded: readonly Kind[]) {
    this.#folded = new Set(folded);
    this.update();
  }

  protected override render() {
    const { model, imports, trans, commands, onSort } = this.#options;
    const onFold = (kind: Kind): void => {
      const folded = [...this.#folded];
      this.folded = this.#folded.has(kind) ? folded.filter((other) => other !== kind) : [...folded, kind];
      this.foldedChanged.emit([...this.#folded]);
    };
    const folded = this.#folded;
    return <VaultView {...{ model, imports, trans, commands, onSort, folded, onFold }} />;
  }
}

/** The vault in the left area; takes models that are dropped from the file browser and from the computer. */
export class VaultSidebar extends SplitPanel {
  readonly #options: VaultSidebarOptions;
  readonly #lists: VaultLists;
  #isDivided = false;
  readonly #onVisibility = (): void => this.#follow();

  constructor(options: VaultSidebarOptions, details: Widget) {
    super({ orientation: "vertical", spacing: 1 });
    this.#options = options;
    const { trans } = options;
    this.id = "litlab-vault";
    this.addClass("litlab-Vault");
    this.title.icon = vaultIcon;
    this.title.caption = trans.__("Vault");
    this.node.setAttribute("role", "region");
    this.node.setAttribute("aria-label", trans.__("Vault"));
    this.#lists = new VaultLists(options);
    this.addWidget(this.#lists);
    this.addWidget(details);
    options.model.changed.connect(() => this.#divide(details));
  }

  /** Details that come for the first time get their share; then it is a person's who moves the handle. */
  #divide(details: Widget): void {
    if (details.isHidden || this.#isDivided) return;
    this.#isDivided = true;
    this.setRelativeSizes([3, 2]);
  }

  /** A person has folded a section or opened it. */
  get foldedChanged(): ISignal<unknown, readonly Kind[]> {
    return this.#lists.foldedChanged;
  }

  set folded(folded: readonly Kind[]) {
    this.#lists.folded = folded;
  }

  focusFilter(): void {
    this.node.querySelector<HTMLInputElement>(".litlab-Filter")?.focus();
  }

  override handleEvent(event: Event): void {
    if (event.type.startsWith("lm-")) this.#onLuminoDrag(event as Drag.Event);
    else if (DRAGS.has(event.type)) this.#onNativeDrag(event as DragEvent);
    else super.handleEvent(event);
  }

  protected override onAfterAttach(...[message]: Parameters<SplitPanel["onAfterAttach"]>): void {
    super.onAfterAttach(message);
    for (const type of EVENTS) this.node.addEventListener(type, this);
    document.addEventListener("visibilitychange", this.#onVisibility);
    this.#follow();
  }

  protected override onBeforeDetach(...[message]: Parameters<SplitPanel["onBeforeDetach"]>): void {
    for (const type of EVENTS) this.node.removeEventListener(type, this);
    document.removeEventListener("visibilitychange", this.#onVisibility);
    super.onBeforeDetach(message);
  }

  protected override onAfterShow(...[message]: Parameters<SplitPanel["onAfterShow"]>): void {
    super.onAfterShow(message);
    this.#follow();
  }

  protected override onAfterHide(...[message]: Parameters<SplitPanel["onAfterHide"]>): void {
    super.onAfterHide(message);
    this.#follow();
  }

  protected override onActivateRequest(): void {
    this.node.querySelector<HTMLElement>('.litlab-List [tabindex="0"], .litlab-Filter')?.focus();
  }

  /** Nothing is asked for while nobody sees it. */
  #follow(): void {
    this.#options.model.isActive = this.isVisible && document.visibilityState === "visible";
  }

  #onLuminoDrag(event: Drag.Event): void {
    const paths: unknown = event.mimeData.getData(CONTENTS_MIME);
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === "string")) return;
    if (!paths.some(isModelFile) || this.#options.model.team === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.toggleClass(DROP_CLASS, event.type === "lm-dragenter" || event.type === "lm-dragover");
    // The file browser offers to move a file; the file stays where it is.
    if (event.type === "lm-dragover") event.dropAction = event.proposedAction;
    if (event.type !== "lm-drop") return;
    event.dropAction = "none";
    this.#take(paths.map((path) => ({ path })));
  }

  #onNativeDrag(event: DragEvent): void {
    const { dataTransfer } = event;
    if (!dataTransfer?.types.includes("Files") || this.#options.model.team === null) return;
    event.preventDefault();
    event.stopPropagation();
    dataTransfer.dropEffect = "copy";
    const isInside = event.relatedTarget instanceof Node && this.node.contains(event.relatedTarget);
    this.toggleClass(DROP_CLASS, event.type === "dragover" || event.type === "dragenter" || isInside);
    if (event.type !== "drop") return;
    this.removeClass(DROP_CLASS);
    this.#take([...dataTransfer.files].map((file) => ({ file })));
  }

  #take(sources: readonly ModelSource[]): void {
    const { model, imports } = this.#options;
    if (model.team === null) return;
    for (const source of sources) imports.start(model.team, source);
  }
}

const DRAGS: ReadonlySet<string> = new Set(["dragenter", "dragover", "dragleave", "drop"]);
const EVENTS = [...DRAGS, "lm-dragenter", "lm-dragleave", "lm-dragover", "lm-drop"];
