import type { ISessionContext } from "@jupyterlab/apputils";
import type { IRenderMime } from "@jupyterlab/rendermime";
import type { TranslationBundle } from "@jupyterlab/translation";
import type { ISignal } from "@lumino/signaling";
import { Widget } from "@lumino/widgets";
import { BarsChannel } from "./bars-channel.js";
import {
  type Figure,
  figureOf,
  isRecord,
  type Part,
  type PartFigure,
  type Range,
  type Refinable,
  refinableOf,
  titleOf,
} from "./messages.js";
import { loadPlotly, type PlotElement, type Plotly, TRACE_TYPES } from "./plotly.js";
import { themed } from "./theme.js";

export interface PlotlyRendererOptions {
  readonly mimeType: string;
  readonly themeChanged: ISignal<unknown, unknown> | undefined;
  /** What has the kernel that made the output, if anything does. */
  readonly context: ISessionContext | undefined;
  readonly trans: TranslationBundle;
}

/** An output with a figure of Plotly. */
export class PlotlyRenderer extends Widget implements IRenderMime.IRenderer {
  readonly #mimeType: string;
  readonly #context: ISessionContext | undefined;
  readonly #themeChanged: ISignal<unknown, unknown> | undefined;
  readonly #trans: TranslationBundle;
  readonly #resized = new ResizeObserver(() => this.#fit());
  #plotly: Plotly | null = null;
  #plot: PlotElement | null = null;
  #figure: Figure | null = null;
  #refinable: Refinable | null = null;
  #shown: Part | null = null;
  #channel: BarsChannel | null = null;

  constructor({ mimeType, context, themeChanged, trans }: PlotlyRendererOptions) {
    super();
    this.#mimeType = mimeType;
    this.#context = context;
    this.#themeChanged = themeChanged;
    this.#trans = trans;
    this.addClass("litlab-Plotly");
    this.node.setAttribute("role", "figure");
    themeChanged?.connect(this.#followTheme, this);
  }

  async renderModel({ data }: IRenderMime.IMimeModel): Promise<void> {
    this.#clear();
    const figure = figureOf(data[this.#mimeType]);
    const other = figure?.data.find(({ type = "scatter" }) => !TRACE_TYPES.has(type));
    if (!figure || other) {
      this.#say(
        other
          ? this.#trans.__("Lit Lab draws no figures with %1.", String(other.type))
          : this.#trans.__("This is no figure of Plotly."),
      );
      return;
    }
    this.node.setAttribute("aria-label", titleOf(figure) || this.#trans.__("Chart"));
    const { height } = figure.layout;
    // The page keeps the place free, so nothing jumps when the figure comes.
    if (typeof height === "number") this.node.style.minHeight = `${height}px`;
    this.#figure = figure;
    this.#refinable = refinableOf(figure);
    if (this.#refinable && this.#context)
      this.#channel = new BarsChannel(this.#context, this.#refinable.id, (part, range) => this.#showPart(part, range));
    this.#plotly ??= await loadPlotly();
    // An output is rendered before it is in the page: it is drawn once it has a size.
    if (!this.isDisposed) this.#resized.observe(this.node);
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.#themeChanged?.disconnect(this.#followTheme, this);
    this.#clear();
    super.dispose();
  }

  #clear(): void {
    this.#resized.disconnect();
    this.#channel?.close();
    if (this.#plot) this.#plotly?.purge(this.#plot);
    this.#channel = this.#plot = this.#figure = this.#refinable = this.#shown = null;
    this.node.replaceChildren();
  }

  #say(text: string): void {
    this.#clear();
    this.node.textContent = text;
  }

  #fit(): void {
    if (this.node.clientWidth === 0 || !this.#plotly) return;
    if (this.#plot) this.#plotly.Plots.resize(this.#plot).catch(() => {});
    else void this.#draw(this.#plotly);
  }

  async #draw(plotly: Plotly): Promise<void> {
    if (!this.#figure) return;
    const element = document.createElement("div");
    this.node.replaceChildren(element);
    // As it will be: a resize that comes meanwhile draws no second one.
    const plot = element as unknown as PlotElement;
    this.#plot = plot;
    this.#shown = this.#refinable;
    const { data, layout } = structuredClone(this.#figure);
    const title = this.#trans.__("Show all");
    const whole = { name: "whole", title, icon: plotly.Icons.home, click: () => this.#showWhole() };
    const config = {
      displaylogo: false,
      showTips: false,
      ...(this.#refinable && {
        doubleClick: false,
        modeBarButtonsToRemove: ["autoScale2d", "resetScale2d", "select2d", "lasso2d"],
        modeBarButtonsToAdd: [whole],
      }),
    };
    try {
      await plotly.newPlot(element, [...data], themed(layout, this.node), config);
    } catch (error) {
      if (this.#plot === plot) this.#say(this.#trans.__("Plotly cannot draw this figure: %1", String(error)));
      return;
    }
    if (this.#plot !== plot || !this.#refinable) return;
    plot.on("plotly_doubleclick", () => this.#showWhole());
    plot.on("plotly_relayout", (change) => {
      if (Object.keys(change).some((key) => key.startsWith("xaxis.range"))) this.#refine(plot);
    });
  }

  #followTheme(): void {
    if (this.#plot) this.#react(this.#plot.data, this.#plot.layout);
  }

  #react(data: readonly object[], layout: Readonly<Record<string, unknown>>): void {
    if (this.#plot && this.#plotly) void this.#plotly.react(this.#plot, [...data], themed(layout, this.node));
  }

  #showWhole(): void {
    if (!this.#figure) return;
    this.#channel?.forget();
    this.#shown = this.#refinable;
    const { data, layout } = structuredClone(this.#figure);
    this.#react(this.#asLegend(data), layout);
  }

  /** Asks for the bars that the page shows now, unless it has each of them. */
  #refine({ layout: { xaxis } }: PlotElement): void {
    const [whole, shown] = [this.#refinable, this.#shown];
    const range = isRecord(xaxis) ? (xaxis.range as readonly unknown[]) : [];
    if (!whole || !shown || !range.every(Number.isFinite)) return;
    const [from, to] = range.map((slot) => shown.begin + ((slot as number) + 0.5) * shown.merged);
    if (from === undefined || to === undefined) return;
    if (shown !== whole && from <= whole.begin && to >= whole.end) this.#showWhole();
    else {
      const isThere = shown.merged === 1 && from >= shown.begin && to <= shown.end;
      const isEmpty = Math.max(from, whole.begin) >= Math.min(to, whole.end);
      if (isThere || isEmpty) this.#channel?.forget();
      else this.#channel?.ask({ from, to });
    }
  }

  #showPart(part: PartFigure, range: Range): void {
    const plot = this.#plot;
    if (!plot) return;
    if (plot._dragging) {
      // Plotly would lose what the mouse is doing: ask for what it has led to.
      const ask = () => setTimeout(() => this.#plot === plot && this.#refine(plot));
      window.addEventListener("mouseup", ask, { once: true });
      return;
    }
    const { data, layout, begin, merged } = part;
    this.#shown = part;
    const slots = [range.from, range.to].map((bar) => (bar - begin) / merged - 0.5);
    const xaxis = { ...(isRecord(layout.xaxis) && layout.xaxis), range: slots };
    // Heights that the user has chosen stay.
    const yaxes = Object.entries(plot.layout).flatMap(([name, axis]) =>
      /^yaxis\d*$/.test(name) && isRecord(axis) && axis.autorange === false
        ? [[name, { ...(layout[name] as object), range: axis.range, autorange: false }]]
        : [],
    );
    this.#react(this.#asLegend(data), { ...layout, xaxis, ...Object.fromEntries(yaxes) });
  }

  /** Traces that the user has switched off in the legend stay so. */
  #asLegend(data: Figure["data"]): Figure["data"] {
    const hidden = new Set(this.#plot?.data.flatMap(({ name, visible }) => (visible === "legendonly" ? [name] : [])));
    return data.map((trace) => (hidden.has(trace.name) ? { ...trace, visible: "legendonly" } : trace));
  }
}
