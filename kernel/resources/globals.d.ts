/** What the kernel TypeScript (Lit Lab) provides in every cell. */

declare module "@litlab/kernel" {
  export interface DisplayOptions {
    /** Show the value under this id, so that it can be changed later. Default: a new id. */
    readonly displayId?: string;
    /** Change what is shown under `displayId` instead of showing it anew. Default false. */
    readonly update?: boolean;
    /** The value is a MIME bundle to be shown as it is. Default false. */
    readonly raw?: boolean;
  }

  /** Something that is shown and can be changed. */
  export class DisplayHandle {
    readonly displayId: string;
    /** Shows another value in its place. */
    update(value: unknown, options?: { readonly raw?: boolean }): Promise<DisplayHandle>;
  }

  /** Markup that a notebook shows as it is. */
  export interface Markup {
    toString(): string;
  }

  /** Shows a value in the output of the cell. */
  export function display(value: unknown, options?: DisplayOptions): Promise<DisplayHandle>;

  /** ``html`<b>${text}</b>` ``: HTML; what is interpolated is escaped. */
  export function html(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup;

  /** ``md`**${text}**` ``: Markdown; what is interpolated is escaped. */
  export function md(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup;

  /** ``svg`<svg>…</svg>` ``: SVG; what is interpolated is escaped. */
  export function svg(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup;

  /** Removes what the cell has shown; with `wait` as soon as it shows something else. */
  export function clearOutput(options?: { readonly wait?: boolean }): void;

  /**
   * Asks the user for a line of text.
   * @throws Error if the frontend cannot ask
   */
  export function prompt(text?: string, options?: { readonly password?: boolean }): Promise<string>;

  export interface CommOptions {
    readonly metadata?: Readonly<Record<string, unknown>>;
    /** Bytes that go along as they are. */
    readonly buffers?: readonly Uint8Array[];
  }

  /** What arrives over a comm. */
  export interface CommEvent {
    // biome-ignore lint/suspicious/noExplicitAny: what a frontend sends has any shape
    readonly data: any;
    readonly metadata: Readonly<Record<string, unknown>>;
    readonly buffers: readonly Buffer[];
  }

  /** A channel to a frontend. */
  export interface Comm {
    readonly id: string;
    readonly target: string;
    /** Hears what the frontend sends. */
    onMessage: ((event: CommEvent) => unknown) | null;
    /** Hears that the frontend has closed it. */
    onClose: ((event: CommEvent) => unknown) | null;
    send(data: unknown, options?: CommOptions): void;
    close(data?: unknown, options?: CommOptions): void;
  }

  /** Channels to frontends, such as widgets use. */
  export const comms: {
    /** Opens a channel to what the frontend has registered under a name. */
    open(target: string, data?: unknown, options?: CommOptions & { readonly id?: string }): Comm;
    /** Lets frontends open channels under a name. */
    register(target: string, opened: (comm: Comm, event: CommEvent) => unknown): void;
    unregister(target: string): void;
  };
}

declare module "tslab" {
  export interface Display {
    javascript(text: string): void;
    html(text: string): void;
    markdown(text: string): void;
    latex(text: string): void;
    svg(text: string): void;
    png(bytes: Uint8Array): void;
    jpeg(bytes: Uint8Array): void;
    gif(bytes: Uint8Array): void;
    pdf(bytes: Uint8Array): void;
    text(text: string): void;
    raw(mime: string, value: string | Uint8Array): void;
  }
  export const display: Display;
  /** A display that shows one thing after the other in one place. */
  export function newDisplay(): Display;
  export const versions: { readonly tslab: string; readonly typescript: string; readonly node: string };
}

declare const display: typeof import("@litlab/kernel").display;
declare const html: typeof import("@litlab/kernel").html;
declare const md: typeof import("@litlab/kernel").md;
declare const svg: typeof import("@litlab/kernel").svg;
declare const clearOutput: typeof import("@litlab/kernel").clearOutput;
declare const prompt: typeof import("@litlab/kernel").prompt;
declare const comms: typeof import("@litlab/kernel").comms;
