/** A node's picture: an outline in a square of 16, and the CSS variable of its colour. */
export interface NodeIcon {
  readonly path: string;
  readonly color: `--jp-${string}`;
}

const BRAND = "--jp-brand-color1";
const ACCENT = "--jp-accent-color1";
const GREEN = "--jp-success-color1";
const ORANGE = "--jp-warn-color1";
const BLUE = "--jp-info-color1";
const GREY = "--jp-ui-font-color2";

const LAYER: NodeIcon = { path: "M8 2.5 14 6 8 9.5 2 6ZM2.5 9.5 8 12.8 13.5 9.5", color: BRAND };

/** By what a node does. */
const ICONS = new Map<string, NodeIcon>([
  ["layer", LAYER],
  ["input", { path: "M6 2.5H13.5V13.5H6M1.5 8H9.5M6.5 5 9.5 8 6.5 11", color: GREEN }],
  ["output", { path: "M10 2.5H2.5V13.5H10M6 8H14.5M11.5 5 14.5 8 11.5 11", color: ACCENT }],
  [
    "dense",
    { path: "M3.5 4 12.5 4M3.5 4 12.5 12M3.5 12 12.5 4M3.5 12 12.5 12M2 4h3M2 12h3M11 4h3M11 12h3", color: BRAND },
  ],
  ["convolution", { path: "M2.5 2.5H13.5V13.5H2.5ZM2.5 6H13.5M6 2.5V13.5M9.5 2.5V6M13.5 9.5H6", color: BLUE }],
  ["recurrent", { path: "M12.8 9.5A5 5 0 1 1 12.5 5.8M13.5 2.8 12.6 6 9.4 5.2", color: BLUE }],
  ["merge", { path: "M2 3.5H5L8.5 8H14M2 12.5H5L8.5 8M11.5 5.5 14 8 11.5 10.5", color: ORANGE }],
  ["regularization", { path: "M3 3h3v3H3ZM10 3h3v3h-3ZM3 10h3v3H3ZM10 10 13 13M13 10 10 13", color: ORANGE }],
  ["normalization", { path: "M1.5 13C5 13 5.5 3 8 3S11 13 14.5 13M8 3V13", color: GREEN }],
  ["pooling", { path: "M2.5 3.5H13.5L9.5 8.5V13L6.5 11.5V8.5Z", color: BLUE }],
  [
    "attention",
    {
      path: "M1.5 8C4.5 3.5 11.5 3.5 14.5 8 11.5 12.5 4.5 12.5 1.5 8ZM8 6A2 2 0 1 0 8 10 2 2 0 1 0 8 6Z",
      color: ACCENT,
    },
  ],
  ["shape", { path: "M2.5 2.5H8.5V8.5H2.5ZM11.5 5.5H13.5V13.5H5.5V11.5", color: GREY }],
  ["activation", { path: "M1.5 12.5H7L13.5 3.5M1.5 8H14.5M8 1.5V14.5", color: GREEN }],
  ["operation", { path: "M8 2.5V13.5M2.5 8H13.5", color: GREY }],
  ["model", { path: "M2 2.5H7V7H2ZM9 9H14V13.5H9ZM4.5 7V11.2H9", color: ACCENT }],
  ["group", { path: "M2.5 5V2.5H5M11 2.5H13.5V5M13.5 11V13.5H11M5 13.5H2.5V11M5.5 5.5H10.5V10.5H5.5Z", color: GREY }],
]);

export const nodeIcon = (name: string): NodeIcon => ICONS.get(name) ?? LAYER;
