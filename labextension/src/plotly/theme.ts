import { isRecord } from "./messages.js";

const CLEAR = "rgba(0,0,0,0)";
// Plotly writes it with spaces.
const isClear = (color: unknown): boolean => typeof color === "string" && color.replaceAll(" ", "") === CLEAR;

/** The layout in the page's colours, unless the figure has a background or a template of its own. */
export function themed(layout: Readonly<Record<string, unknown>>, element: Element): Record<string, unknown> {
  const { paper_bgcolor: paper = CLEAR, plot_bgcolor: plot = CLEAR, template } = layout;
  if (!isClear(paper) || !isClear(plot) || template) return { ...layout };
  const style = getComputedStyle(element);
  const color = (name: string) => style.getPropertyValue(`--jp-${name}`).trim();
  const font = { color: color("ui-font-color1"), family: color("ui-font-family") };
  const grid = { gridcolor: color("border-color2"), zerolinecolor: color("border-color1") };
  const axes = Object.entries({ xaxis: {}, yaxis: {}, ...layout }).flatMap(([name, axis]) =>
    /^[xy]axis\d*$/.test(name) && isRecord(axis) ? [[name, { ...axis, ...grid }]] : [],
  );
  return {
    ...layout,
    ...Object.fromEntries(axes),
    paper_bgcolor: CLEAR,
    plot_bgcolor: CLEAR,
    font: { ...(isRecord(layout.font) && layout.font), ...font },
    hoverlabel: { bgcolor: color("layout-color2"), bordercolor: color("border-color1"), font },
    modebar: { bgcolor: CLEAR, color: color("ui-font-color3"), activecolor: color("ui-font-color1") },
  };
}
