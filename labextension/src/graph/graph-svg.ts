import { HEADER, LINE, linesOf, type Rectangle, shownLines } from "./geometry.js";
import type { Layout, Placed, Routed } from "./layout.js";
import { nodeIcon } from "./node-icons.js";

/** What the page gives a picture: its colours, its font, and how wide texts are in it. */
export interface Look {
  /** Of a CSS variable. */
  readonly color: (variable: string) => string;
  readonly font: string;
  /** In pixels. */
  readonly widthOf: (text: string, font: string) => number;
}

const MARGIN = 24;
const SIZES = { title: 13, line: 11, label: 10 };

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
/** As XML text: what XML cannot say is left out. */
const escaped = (text: string): string =>
  text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "")
    .replace(/[&<>"']/g, (c) => ESCAPES[c] ?? "");

const round = (value: number): number => Math.round(value * 10) / 10;

/** How large the picture is, in pixels. */
export const pictureOf = ({ bounds }: Layout): Rectangle => ({
  x: bounds.x - MARGIN,
  y: bounds.y - MARGIN,
  width: Math.ceil(bounds.width + 2 * MARGIN),
  height: Math.ceil(bounds.height + 2 * MARGIN),
});

/** A laid out graph as an SVG file, as the page shows it, without script, style sheet or anything from elsewhere. */
export function graphSvg(layout: Layout, name: string, look: Look): string {
  const { x, y, width, height } = pictureOf(layout);
  const box = [x, y, width, height].map(round).join(" ");
  const frames = layout.placed.filter((placed) => placed.box.open);
  const nodes = layout.placed.filter((placed) => !placed.box.open);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${box}" font-family="${escaped(look.font)}">`,
    `<title>${escaped(name)}</title>`,
    `<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">`,
    `<path d="M0,0.5L7,4L0,7.5Z" fill="${look.color("--jp-ui-font-color3")}"/></marker></defs>`,
    `<rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" fill="${look.color("--jp-layout-color0")}"/>`,
    ...frames.map((frame) => frameSvg(frame, look)),
    ...layout.routed.map((routed) => edgeSvg(routed, look)),
    ...nodes.map((node) => nodeSvg(node, look)),
    ...layout.routed.map((routed) => labelSvg(routed, look)),
    "</svg>",
  ].join("\n");
}

function frameSvg({ box, x, y, width, height }: Placed, look: Look): string {
  const place = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  const paint = `fill="${look.color("--jp-layout-color2")}" fill-opacity="0.5" stroke="${look.color("--jp-border-color0")}"`;
  const title = text(box.title, x + 12, y + 23, SIZES.title, width - 60, look, "--jp-ui-font-color1", "600");
  return `<g><rect ${place} rx="6" ${paint} stroke-dasharray="5 4"/>${title}</g>`;
}

function edgeSvg({ path }: Routed, look: Look): string {
  return `<path d="${path}" fill="none" stroke="${look.color("--jp-ui-font-color3")}" stroke-width="1.5" marker-end="url(#arrow)"/>`;
}

function labelSvg({ link, middle }: Routed, look: Look): string {
  if (link.label === "") return "";
  const halo = `stroke="${look.color("--jp-layout-color0")}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"`;
  const place = `x="${round(middle.x)}" y="${round(middle.y + 3)}" text-anchor="middle" font-size="${SIZES.label}"`;
  return `<text ${place} fill="${look.color("--jp-ui-font-color1")}" ${halo}>${escaped(link.label)}</text>`;
}

function nodeSvg({ box, x, y, width, height }: Placed, look: Look): string {
  const { path, color } = nodeIcon(box.icon);
  const stroke = look.color(box.problem === null ? "--jp-border-color0" : "--jp-error-color1");
  const place = `x="${round(x)}" y="${round(y)}" width="${width}" height="${height}"`;
  const inside = width - 24;
  const parts = [
    `<rect ${place} rx="6" fill="${look.color("--jp-layout-color1")}" stroke="${stroke}"/>`,
    `<path transform="translate(${round(x + 12)} ${round(y + 12)})" d="${path}" fill="none" stroke="${look.color(color)}" stroke-width="1.5"/>`,
    text(box.title, x + 36, y + 18, SIZES.title, width - 46, look, "--jp-ui-font-color1", "600"),
    text(subtitleOf(box), x + 36, y + 32, SIZES.line, width - 46, look, "--jp-ui-font-color2"),
  ];
  if (linesOf(box) > 0) {
    const edge = round(y + HEADER);
    parts.push(`<path d="M${round(x)},${edge}h${width}" stroke="${look.color("--jp-border-color2")}"/>`);
  }
  if (box.problem !== null) {
    parts.push(text(box.problem, x + 12, y + HEADER + 5 + 12, SIZES.line, inside, look, "--jp-error-color1"));
  }
  const below = y + HEADER + 5 + (box.problem === null ? 0 : LINE);
  shownLines(box).forEach((line, i) => {
    parts.push(text(line, x + 12, below + i * LINE + 12, SIZES.line, inside, look, "--jp-ui-font-color1"));
  });
  return `<g>${parts.join("")}</g>`;
}

/** A node's second line; equal to its name it is not said twice. */
export const subtitleOf = ({ title, type }: Placed["box"]): string => (type === title ? "" : type);

function text(
  value: string,
  x: number,
  y: number,
  size: number,
  width: number,
  look: Look,
  color: string,
  weight = "400",
): string {
  const shown = cut(value, width, `${weight} ${size}px ${look.font}`, look);
  const paint = `fill="${look.color(color)}" font-size="${size}"${weight === "400" ? "" : ` font-weight="${weight}"`}`;
  return `<text x="${round(x)}" y="${round(y)}" ${paint}>${escaped(shown)}</text>`;
}

/** A text, ended with … where it is too wide. */
function cut(text: string, width: number, font: string, { widthOf }: Look): string {
  const letters = [...text.slice(0, 400)];
  if (letters.length === [...text].length && widthOf(text, font) <= width) return text;
  let [fits, tooMany] = [0, letters.length + 1];
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1;
    if (widthOf(`${letters.slice(0, middle).join("")}…`, font) <= width) fits = middle;
    else tooMany = middle;
  }
  return `${letters.slice(0, fits).join("")}…`;
}
