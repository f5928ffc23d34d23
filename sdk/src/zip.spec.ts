import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zipSync } from "fflate";
import { afterAll, describe, expect, test } from "vitest";
import { runPython } from "../../test/python.js";
import { LitDataError } from "./errors.js";
import { withZip } from "./zip.js";

const folder = mkdtempSync(join(tmpdir(), "litlab-zip-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const limits = { entries: 100, bytes: 10_000_000 };
const path = (name: string) => join(folder, name);
const readAll = (file: string) =>
  withZip(file, limits, LitDataError, async (entries) => {
    const contents: Record<string, string> = {};
    for (const [name, entry] of entries) contents[name] = (await entry.read()).toString();
    return contents;
  });

async function write(name: string, python: string): Promise<string> {
  await runPython(`import sys, zipfile, io\npath = sys.argv[1]\n${python}`, [path(name)]);
  return path(name);
}

describe("withZip", () => {
  test("reads what Python's zipfile wrote, stored and deflated", async () => {
    const file = await write(
      "good.zip",
      `with zipfile.ZipFile(path, 'w') as z:
    z.writestr('a.txt', 'alpha' * 1000, zipfile.ZIP_DEFLATED)
    z.writestr('b/c.txt', 'gamma', zipfile.ZIP_STORED)`,
    );
    expect(await readAll(file)).toEqual({ "a.txt": "alpha".repeat(1000), "b/c.txt": "gamma" });
  });

  test.each(["../x.txt", "/etc/x.txt", "a/../../x.txt", "C:/x.txt", "a\\..\\..\\x.txt"])(
    "refuses the entry %s",
    async (name) => {
      writeFileSync(path("escape.zip"), zipSync({ [name]: new Uint8Array(3) }));
      await expect(readAll(path("escape.zip"))).rejects.toThrow(LitDataError);
      await expect(readAll(path("escape.zip"))).rejects.toThrow(/escape\.zip: damaged zip: /);
    },
  );

  test("refuses a zip cut off anywhere", async () => {
    const whole = zipSync({ "a.txt": Buffer.from("alpha".repeat(500)) });
    for (const share of [0, 0.1, 0.5, 0.9, 0.99]) {
      writeFileSync(path("cut.zip"), whole.subarray(0, Math.floor(whole.length * share)));
      await expect(readAll(path("cut.zip")), String(share)).rejects.toThrow(/cut\.zip: /);
    }
  });

  test("refuses a flipped bit in a stored entry by its CRC-32", async () => {
    const bytes = zipSync({ "a.txt": [Buffer.from("alpha".repeat(500)), { level: 0 }] });
    bytes[200] = (bytes[200] ?? 0) ^ 1;
    writeFileSync(path("bit.zip"), bytes);
    await expect(readAll(path("bit.zip"))).rejects.toThrow("entry 'a.txt' is damaged: its CRC-32 does not fit");
  });

  test("refuses a bomb by its declared size before it reads it", async () => {
    const file = await write(
      "bomb.zip",
      `with zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as z:
    with z.open('bomb.csv', 'w') as f:
        for _ in range(200): f.write(bytes(1 << 20))`,
    );
    await expect(readAll(file)).rejects.toThrow("bomb.zip: more than 10000000 bytes uncompressed, at entry 'bomb.csv'");
  });

  test("refuses a bomb that lies about its size", async () => {
    const bytes = Buffer.from(zipSync({ "bomb.csv": [Buffer.alloc(50_000_000), { level: 9 }] }));
    const size = Buffer.alloc(4);
    size.writeUInt32LE(50_000_000);
    for (let at = bytes.indexOf(size); at >= 0; at = bytes.indexOf(size, at + 1)) bytes.writeUInt32LE(10, at);
    writeFileSync(path("liar.zip"), bytes);
    await expect(readAll(path("liar.zip"))).rejects.toThrow(/liar\.zip: entry 'bomb\.csv' is damaged: /);
  });

  test("refuses too many entries and an entry that is there twice", async () => {
    writeFileSync(
      path("many.zip"),
      zipSync(Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`${i}`, new Uint8Array(1)]))),
    );
    await expect(readAll(path("many.zip"))).rejects.toThrow("101 entries, expected at most 100");
    const file = await write(
      "twice.zip",
      `import warnings; warnings.simplefilter('ignore')
with zipfile.ZipFile(path, 'w') as z: z.writestr('a', '1'); z.writestr('a', '2')`,
    );
    await expect(readAll(file)).rejects.toThrow("entry 'a' is there twice");
  });

  test("refuses a header that says other than the directory, and entries that share bytes", async () => {
    const bytes = Buffer.from(zipSync({ "a.txt": [Buffer.from("alpha"), { level: 0 }], "b.txt": Buffer.from("beta") }));
    const local = bytes.indexOf("PK\u0003\u0004");
    for (const at of [6, 8, 14, 18, 22, 30]) {
      const changed = Buffer.from(bytes);
      changed[local + at] = (changed[local + at] as number) ^ 2;
      writeFileSync(path("two-ways.zip"), changed);
      await expect(readAll(path("two-ways.zip")), String(at)).rejects.toThrow("entry 'a.txt' is described in two ways");
    }
    const file = await write(
      "overlap.zip",
      `inner = io.BytesIO()
with zipfile.ZipFile(inner, 'w') as z: z.writestr('b', 'beta')
header = inner.getvalue()[:inner.getvalue().index(b'PK\\1\\2')]
with zipfile.ZipFile(path, 'w') as z:
    z.writestr('a', header)
    z.filelist.append(zipfile.ZipFile(inner).getinfo('b'))
    z.filelist[1].header_offset = 31`,
    );
    await expect(readAll(file)).rejects.toThrow("overlap.zip: entries 'a' and 'b' overlap");
  });

  test("tells where a stored entry lies, and reads zips that were written as streams", async () => {
    const file = await write(
      "stream.zip",
      `class Stream(io.RawIOBase):
    def __init__(self): self.file = open(path, 'wb')
    def writable(self): return True
    def write(self, data): return self.file.write(data)
with zipfile.ZipFile(Stream(), 'w') as z:
    z.writestr('a.txt', 'alpha')
    with z.open('b.txt', 'w', force_zip64=True) as f: f.write(b'beta')`,
    );
    await withZip(file, limits, LitDataError, async (entries) => {
      const offset = entries.get("b.txt")?.offset as number;
      expect(
        readFileSync(file)
          .subarray(offset, offset + 4)
          .toString(),
      ).toBe("beta");
    });
    expect(await readAll(file)).toEqual({ "a.txt": "alpha", "b.txt": "beta" });
  });

  test("names a file that is not there or no zip", async () => {
    await expect(readAll(path("missing.zip"))).rejects.toThrow(/missing\.zip: no such file/);
    writeFileSync(path("text.zip"), readFileSync(new URL(import.meta.url)));
    await expect(readAll(path("text.zip"))).rejects.toThrow(/text\.zip: not a readable zip/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
