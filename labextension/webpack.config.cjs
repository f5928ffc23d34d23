// ELK's worker is a file of its own, as it was published: its licence, EPL-2.0, asks no more of what is unmodified.
module.exports = {
  module: { rules: [{ test: /elk-worker\.min\.js$/, type: "asset/resource" }] },
  // The licence plugin does not see the packages within modules that are joined.
  optimization: { concatenateModules: false },
};
