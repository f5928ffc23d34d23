import { readFileSync } from "node:fs";
import { z } from "zod";

const port = z.number().int().min(1).max(65_535);

const connection = z.object({
  transport: z.enum(["tcp", "ipc"]).default("tcp"),
  ip: z.string().default("127.0.0.1"),
  shell_port: port,
  iopub_port: port,
  stdin_port: port,
  control_port: port,
  hb_port: port,
  key: z.string().default(""),
  signature_scheme: z.enum(["hmac-sha256"]).default("hmac-sha256"),
});

/** Where the kernel listens, and the key that signs its messages. */
export type Connection = z.output<typeof connection>;

/** @throws Error that names the file and what is wrong with it */
export function readConnectionFile(path: string): Connection {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`${path}: not a connection file: ${(cause as Error).message}`, { cause });
  }
  const result = connection.safeParse(value);
  if (result.success) return result.data;
  throw new Error(`${path}: not a connection file: ${z.prettifyError(result.error).replace(/\s*\n\s*/g, "; ")}`);
}

export const addressOf = ({ transport, ip }: Connection, portNumber: number): string =>
  transport === "tcp" ? `tcp://${ip}:${portNumber}` : `ipc://${ip}-${portNumber}`;
