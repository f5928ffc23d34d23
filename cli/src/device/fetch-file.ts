import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { copyFile, open, rename, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { LitError } from "@litlab/sdk";

/** Hears how much of a file is there, and how much there will be, in bytes. */
export type OnBytes = (done: number, of: number) => void;

/** The bytes of a file behind an address, before any of them is taken. */
export async function sizeOf(url: string): Promise<number> {
  if (url.startsWith("file:")) return (await stat(fileURLToPath(url))).size;
  const response = await request(url, "HEAD");
  return Number(response.headers.get("content-length") ?? 0);
}

/**
 * Brings a file here. What a process that was killed has brought of it is not brought again.
 * @throws LitError if it cannot be had, or is not the file that was asked for
 */
export async function fetchFile(url: string, path: string, sha256: string, onBytes: OnBytes): Promise<void> {
  if ((await lengthOf(path)) !== null && (await sha256Of(path)) === sha256) return;
  const part = `${path}.part`;
  if (url.startsWith("file:")) await copyFile(fileURLToPath(url), part);
  else await download(url, part, onBytes);
  const found = await sha256Of(part);
  if (found !== sha256) {
    await rm(part, { force: true });
    throw new LitError(`${withoutSecrets(url)} is another file than expected: its SHA-256 is ${found}, not ${sha256}`);
  }
  await rename(part, path);
}

async function download(url: string, part: string, onBytes: OnBytes): Promise<void> {
  const begun = (await lengthOf(part)) ?? 0;
  const response = await request(url, "GET", begun > 0 ? { range: `bytes=${begun}-` } : {});
  const isRest = response.status === 206;
  const whole = (isRest ? begun : 0) + Number(response.headers.get("content-length") ?? 0);
  const file = await open(part, isRest ? "a" : "w");
  let done = isRest ? begun : 0;
  try {
    for await (const bytes of response.body ?? []) {
      await file.write(bytes);
      done += bytes.length;
      onBytes(done, whole);
    }
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOSPC") throw cause;
    throw new LitError(
      `${withoutSecrets(url)} broke off after ${done} bytes (${message}): run it again, it goes on there`,
      {
        cause,
      },
    );
  } finally {
    await file.close();
  }
}

async function request(url: string, method: string, headers: Record<string, string> = {}): Promise<Response> {
  const where = withoutSecrets(url);
  const { username, password } = new URL(url);
  if (username) {
    // fetch refuses an address that holds them.
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.authorization = `Basic ${Buffer.from(login).toString("base64")}`;
  }
  let response: Response;
  try {
    response = await fetch(where, { method, headers });
  } catch (cause) {
    const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message;
    throw new LitError(`${where} cannot be reached: ${reason}`, { cause });
  }
  // What is there already is the whole file, or more than that.
  if (response.status === 416) return new Response(null, { status: 206 });
  if (!response.ok) throw new LitError(`${where}: ${response.status} ${response.statusText}`);
  return response;
}

/** An address may hold a password. */
const withoutSecrets = (url: string): string => url.replace(/\/\/[^/@]*@/, "//");

const lengthOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const bytes of createReadStream(path)) hash.update(bytes as Buffer);
  return hash.digest("hex");
}
