/** TensorFlow.js, loaded at the first call and ready on the best backend: wasm, else cpu. */
export async function loadTf(): Promise<typeof import("../tf.js")> {
  const tf = await import("../tf.js");
  await tf.ready();
  return tf;
}
