const FUNCTION = "it calls a Python function";
const COMPLEX = "its numbers are complex";
const VALUES = "its result's shape depends on values";
const SINGULAR = "TensorFlow.js has no singular values";
const EIGEN = "TensorFlow.js has no eigenvalues";
const WARPS = "it warps images, which is not done here";
const BITS = "it works on the bits of numbers";
const CTC = "its sum over paths is not computed here";

const named = (reason: string, names: string): [string, string][] => names.split(" ").map((name) => [name, reason]);

/** Operations of Keras 3.15 that do not load, and why. */
export const REFUSED_OPERATIONS: ReadonlyMap<string, string> = new Map([
  ...named(FUNCTION, "AssociativeScan Cond ForiLoop JVP Map Scan Switch VectorizedMap WhileLoop"),
  ...named(COMPLEX, "Polar ViewAsComplex ViewAsReal"),
  ...named(VALUES, "Arange Nonzero Unique"),
  ...named(SINGULAR, "Lstsq MatrixRank Pinv SVD"),
  ...named(EIGEN, "Eig Eigh"),
  ...named("its factors are not computed here", "LuFactor Qr"),
  ...named(WARPS, "AffineTransform ElasticTransform MapCoordinates PerspectiveTransform ScaleAndTranslate"),
  ...named("it compares images, which is not done here", "SSIM"),
  ...named(BITS, "Nextafter View"),
  ...named("Keras 3.15 gives it its arguments in the wrong order, and cannot run it either", "ConvTranspose"),
  ...named(CTC, "CTCDecode CTCLoss"),
]);
