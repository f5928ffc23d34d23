/** TensorFlow.js, loaded at the first call and ready. */
export async function loadTf(): Promise<typeof import("../tf.js")> {
  const tf = await import("../tf.js");
  await tf.ready();
  return tf;
}
