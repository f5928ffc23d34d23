import type { MimeBundle } from "@litlab/sdk";

/** What a notebook shows of a value. */
export function displayOf(value: object): Promise<MimeBundle> {
  return (
    (value as Record<symbol, () => Promise<MimeBundle>>)[Symbol.for("Jupyter.display")]?.() ?? Promise.reject(value)
  );
}
