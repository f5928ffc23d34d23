import { graphSvg, type Look, pictureOf } from "./graph-svg.js";
import type { Layout } from "./layout.js";

/** What browsers take as a picture's side and area, in pixels. */
const LONGEST_SIDE = 16_000;
const LARGEST_AREA = 64e6;

/** The page's colours and font where an element is. */
export function lookOf(element: Element): Look {
  const style = getComputedStyle(element);
  const context = document.createElement("canvas").getContext("2d");
  return {
    color: (variable) => resolved(element, variable),
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
export async function pngFile(layout: Layout, name: string, look: Look): Promise<Blob> {
  const { width, height } = pictureOf(layout);
  const scale = Math.min(2, LONGEST_SIDE / Math.max(width, height), Math.sqrt(LARGEST_AREA / (width * height)));
  const url = URL.createObjectURL(svgFile(layout, name, look));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (!blob) throw new Error(`a picture of ${canvas.width} × ${canvas.height} pixels could not be made`);
    return blob;
  } finally {
    URL.revokeObjectURL(url);
  }
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
