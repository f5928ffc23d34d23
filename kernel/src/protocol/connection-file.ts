import { readFileSync } from "node:fs";

const PORTS = ["shell_port", "iopub_port", "stdin_port", "control_port", "hb_port"] as const;

/** Where the kernel listens, and the key that signs its messages. */
export interface Connection extends Readonly<Record<(typeof PORTS)[number], number>> {
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly key: string;
}

/** Read by hand: a validation library would be half of the kernel's start. @throws Error that names what is wrong */
export function readConnectionFile(path: string): Connection {
  let value: Record<string, unknown>;
  try {
    value = { ...JSON.parse(readFileSync(path, "utf8")) };
  } catch (cause) {
    throw new Error(`${path}: not a connection file: ${(cause as Error).message}`, { cause });
  }
  const { transport = "tcp", ip = "127.0.0.1", key = "", signature_scheme: scheme = "hmac-sha256" } = value;
  const wrong = PORTS.find(
    (name) => !Number.isInteger(value[name]) || Number(value[name]) < 1 || Number(value[name]) > 65_535,
  );
  const found = (name: string, expected: string) =>
    new Error(`${path}: not a connection file: ${name} is ${JSON.stringify(value[name])}, expected ${expected}`);
  if (wrong) throw found(wrong, "a port, 1 to 65535");
  if (transport !== "tcp" && transport !== "ipc") throw found("transport", '"tcp" or "ipc"');
  if (typeof ip !== "string") throw found("ip", "an address");
  if (typeof key !== "string") throw found("key", "a text");
  if (scheme !== "hmac-sha256") throw found("signature_scheme", '"hmac-sha256"');
  return { ...(value as unknown as Connection), transport, ip, key };
}

export const addressOf = ({ transport, ip }: Connection, port: number): string =>
  transport === "tcp" ? `tcp://${ip}:${port}` : `ipc://${ip}-${port}`;
