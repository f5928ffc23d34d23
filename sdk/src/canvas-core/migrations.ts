import { LitModelError } from "../errors.js";

/** Makes a document of the next version of one that may be anything. */
export type Migration = (document: Readonly<Record<string, unknown>>) => Record<string, unknown>;

/** `MIGRATIONS[n - 1]` leads from version n to n + 1 of the format; the last one leads to the version of today. */
const MIGRATIONS: readonly Migration[] = [];

/** The version of the format that this Lit Lab writes. */
export const CANVAS_VERSION = MIGRATIONS.length + 1;

/**
 * A document of any older version as one of today's.
 * @param where what messages call the canvas
 * @throws LitModelError if it is no document, or a newer Lit Lab wrote it
 */
export function migrateDocument(value: unknown, where: string, migrations = MIGRATIONS): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const found = value === null ? "null" : Array.isArray(value) ? "a list" : `a ${typeof value}`;
    throw new LitModelError(`${where} is ${found}, expected an object with "version", "nodes" and "edges"`);
  }
  const document = value as Record<string, unknown>;
  const { version } = document;
  const newest = migrations.length + 1;
  if (typeof version === "number" && version > newest)
    throw new LitModelError(`${where} has version ${version}, this Lit Lab reads version ${newest}: update it`, {
      code: "NEWER_VERSION",
    });
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1)
    throw new LitModelError(
      `${where}: "version" is ${JSON.stringify(version)?.slice(0, 80) ?? "missing"}, expected a whole number from 1 to ${newest}`,
    );
  return migrations
    .slice(version - 1)
    .reduce((older, migrate, i) => ({ ...migrate(older), version: version + i + 1 }), document);
}
