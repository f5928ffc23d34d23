/** What the system or HDF5 says of a failure, out of HDF5's whole trace. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = /error message = '([^']+)'/.exec(text) ?? /#000: .* in \w+\(\): (.+)/.exec(text);
  return said?.[1] ?? text.split("\n")[0] ?? "";
}
