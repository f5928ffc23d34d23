declare module "plotly.js-finance-dist-min" {
  const plotly: import("./plotly.js").Plotly;
  export default plotly;
}
