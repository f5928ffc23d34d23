import type { TickFrame } from "../../bars/tick-frame.js";
import { escapeHtml } from "../html.js";
import type { MimeBundle } from "../mime-bundle.js";
import { drawSvg } from "./draw-svg.js";
import type { Picture } from "./picture.js";
import type { Window } from "./picture-of.js";
import { plotlyFigure } from "./plotly-figure.js";
import { offer, type PartFigure, partFigure, type Refinable, type RefineMeta } from "./refine.js";
import { MOST_SLOTS } from "./slots.js";
import { tickPicture } from "./tick-picture.js";

/** Jupyter lets a `pre` in an output inherit its font, which has no columns. */
const PRE = '<pre style="font-family:var(--jp-code-font-family,monospace)">';

/** Trades as prices over time, above their volume. */
export class TickChart implements Refinable {
  readonly #frame: TickFrame;

  constructor(frame: TickFrame) {
    this.#frame = frame;
  }

  bundle(): MimeBundle {
    const picture = tickPicture(this.#frame);
    const svg = drawSvg(picture);
    const text = this.#frame.toString();
    return {
      "application/vnd.plotly.v1+json": plotlyFigure(picture, this.#offer(picture)),
      "text/html": `<div>${svg}${PRE}${escapeHtml(text)}</pre></div>`,
      "image/svg+xml": svg,
      "text/plain": text,
    };
  }

  #offer(picture: Picture): RefineMeta | undefined {
    const frame = this.#frame;
    if (frame.length <= MOST_SLOTS) return undefined;
    const bytes = 8 * frame.columns.length * frame.length;
    return offer(this, { frame, length: (frame.time.at(-1) as number) + 1, bytes }, picture);
  }

  /** The trades of some µs since the epoch, for who zooms in. */
  figure(window: Window): PartFigure {
    const { time } = this.#frame;
    const [first, last] = [time[0] as number, time.at(-1) as number];
    const from = Math.min(Math.max(first, Math.floor(window.from)), last);
    const to = Math.max(from + 1, Math.min(last + 1, Math.ceil(window.to)));
    return partFigure(tickPicture(this.#frame, { from, to, most: window.most }));
  }
}
