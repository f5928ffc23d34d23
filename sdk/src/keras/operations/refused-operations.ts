const FUNCTION = "it calls a Python function";
const COMPLEX = "its numbers are complex";
const VALUES = "its result's shape depends on values";
const SINGULAR = "TensorFlow.js has no singular values";
const EIGEN = "TensorFlow.js has no eigenvalues";
const BITS = "it works on the bits of numbers";

const named = (reason: string, names: string): [string, string][] => names.split(" ").map((name) => [name, reason]);

/** Operations of Keras 3.15 that do not load, and why. */
export const REFUSED_OPERATIONS: ReadonlyMap<string, string> = new Map([
  ...named(FUNCTION, "AssociativeScan Cond ForiLoop JVP Map Scan Switch VectorizedMap WhileLoop"),
  ...named(COMPLEX, "Polar ViewAsComplex ViewAsReal"),
  ...named(VALUES, "Arange Nonzero Unique"),
  ...named(SINGULAR, "Lstsq MatrixRank Pinv SVD"),
  ...named(EIGEN, "Eig Eigh"),
  ...named("it draws random numbers, which JAX draws otherwise than others", "ElasticTransform"),
  ...named(BITS, "Nextafter View"),
  ...named(
    "Keras 3.15 cannot run it either: its call gives the backend output_padding where padding stands, whose `.lower()` then fails",
    "ConvTranspose",
  ),
]);
