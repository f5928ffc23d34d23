/** The extension's version, that of its package.json (test/labextension/sidebar.spec.ts). */
export const VERSION = "0.1.0";
