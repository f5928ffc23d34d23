import type { TranslationBundle } from "@jupyterlab/translation";
import { graphSvg, type Look, pictureOf } from "./graph-svg.js";
import type { Layout } from "./layout.js";

/** What browsers take as a picture's side and area, in pixels. */
const LONGEST_SIDE = 16_000;
const LARGEST_AREA = 64e6;

/** The page's colours and font where an element is, as they are now: each colour is looked up once. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  const colors = new Map<string, string>();
  const context = document.createElement("canvas").getContext("2d");
  return {
    color: (variable) => {
      // Each look at the page makes the browser compute styles anew, and graphs ask many times.
      const color = colors.get(variable) ?? resolved(element, variable);
      colors.set(variable, color);
      return color;
    },
    font: style.fontFamily,
    widthOf: (text, font) => {
      if (!context) return text.length * 7;
      context.font = font;
      return context.measureText(text).width;
    },
  };
}

/** A variable may name another one, so the browser says what colour it is. */
function resolved(element: Element, variable: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${variable})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export const svgFile = (layout: Layout, name: string, look: Look): Blob =>
  new Blob([graphSvg(layout, name, look)], { type: "image/svg+xml" });

/** At twice the size on the page, less where browsers could not hold that. @throws Error if it cannot be drawn */
export async function pngFile(layout: Layout, name: string, look: Look, trans: TranslationBundle): Promise<Blob> {
  const { width, height } = pictureOf(layout);
  const scale = Math.min(2, LONGEST_SIDE / Math.max(width, height), Math.sqrt(LARGEST_AREA / (width * height)));
  const [across, down] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const url = URL.createObjectURL(svgFile(layout, name, look));
  // What browsers say here is not translated, and never why.
  const blob = await painted(url, across, down)
    .catch(() => null)
    .finally(() => URL.revokeObjectURL(url));
  if (blob) return blob;
  throw new Error(trans.__("The browser cannot paint %1 × %2 pixels. Export the graph as SVG.", across, down));
}

async function painted(url: string, width: number, height: number): Promise<Blob | null> {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  canvas.getContext("2d")?.drawImage(image, 0, 0, width, height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

/** Gives a file to the person, as a download. */
export function download(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser has taken the address by the next turn of the event loop.
  setTimeout(() => URL.revokeObjectURL(link.href));
}
