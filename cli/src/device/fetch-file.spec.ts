import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fetchFile, sizeOf } from "./fetch-file.js";

const BYTES = randomBytes(3_000_000);
const SHA256 = createHash("sha256").update(BYTES).digest("hex");

let folder: string;
let path: string;
let server: Server;
let url: string;
/** Where an answer breaks off, and what was asked for. */
let breaksAt = Infinity;
let ranges: (string | undefined)[] = [];
const logins: (string | undefined)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "litlab-fetch-"));
  path = join(folder, "file");
  [breaksAt, ranges] = [Infinity, []];
  server = createServer((request, response) => {
    logins.push(request.headers.authorization);
    if (request.url !== "/file") return void response.writeHead(404).end();
    const { range } = request.headers;
    if (request.method === "GET") ranges.push(range);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
    if (from >= BYTES.length) return void response.writeHead(416).end();
    const rest = BYTES.subarray(from);
    response.writeHead(range ? 206 : 200, { "content-length": rest.length });
    if (request.method === "HEAD") return void response.end();
    if (breaksAt >= BYTES.length) return void response.end(rest);
    response.write(rest.subarray(0, breaksAt - from), () => setImmediate(() => response.destroy()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/file`;
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

test("a download that breaks off goes on where it stopped", async () => {
  const seen: number[] = [];
  const fetchIt = () => fetchFile(url, path, SHA256, (done, of) => expect(seen.push(done) && of).toBe(BYTES.length));
  expect(await sizeOf(url)).toBe(BYTES.length);
  breaksAt = 1_000_000;
  await expect(fetchIt()).rejects.toThrow(/file broke off after \d+ bytes .*: run it again, it goes on there$/);
  expect(existsSync(path)).toBe(false);
  const { length } = readFileSync(`${path}.part`);
  expect(length).toBeGreaterThan(0);
  breaksAt = Infinity;
  await fetchIt();
  expect(readFileSync(path).equals(BYTES)).toBe(true);
  expect(ranges).toEqual([undefined, `bytes=${length}-`]);
  expect(seen.at(-1)).toBe(BYTES.length);
  await fetchIt();
  expect(ranges.length).toBe(2); // it is there
  writeFileSync(`${path}.part`, BYTES); // killed before it got its name
  rmSync(path);
  await fetchIt();
  expect(readFileSync(path).equals(BYTES)).toBe(true);
});

test("another file than expected is not taken, and not gone on with", async () => {
  await expect(fetchFile(url, path, "0".repeat(64), () => undefined)).rejects.toThrow(
    `is another file than expected: its SHA-256 is ${SHA256}, not ${"0".repeat(64)}`,
  );
  expect([existsSync(path), existsSync(`${path}.part`)]).toEqual([false, false]);
  writeFileSync(path, "half of it");
  await fetchFile(url, path, SHA256, () => undefined);
  expect(readFileSync(path).equals(BYTES)).toBe(true);
});

test("what is not there or not reached says where, without passwords; files of this machine are copied", async () => {
  const secret = url.replace("//", "//name:password@");
  await expect(fetchFile(`${secret}s`, path, SHA256, () => undefined)).rejects.toThrow(`${url}s: 404`);
  expect(logins.at(-1)).toBe(`Basic ${Buffer.from("name:password").toString("base64")}`);
  server.close();
  server.closeAllConnections();
  await expect(fetchFile(url, path, SHA256, () => undefined)).rejects.toThrow(`${url} cannot be reached: `);
  const source = join(folder, "source");
  writeFileSync(source, BYTES);
  const address = pathToFileURL(source).href;
  expect(await sizeOf(address)).toBe(BYTES.length);
  await fetchFile(address, path, SHA256, () => undefined);
  expect(readFileSync(path).equals(BYTES)).toBe(true);
});
