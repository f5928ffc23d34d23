const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, SVG and attributes: nothing in it is markup; control characters that XML forbids are dropped. */
export const escapeHtml = (text: unknown): string =>
  String(text)
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? char)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML 1.0 forbids
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
