/** The kernel's own log: what starts it shows it. */
export function log(what: unknown): void {
  console.error(`litlab kernel: ${what instanceof Error ? (what.stack ?? what.message) : String(what)}`);
}
