/** What a notebook shows: a representation a MIME type, always with text/plain. */
export type MimeBundle = Readonly<Record<string, unknown>>;
