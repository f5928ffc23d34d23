import { access, link, mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Generated, Kysely } from "kysely";
import type Libsql from "libsql";
import { LitError, LitVaultError } from "../errors.js";
import { besidePath, sweepUnfinished, syncPath, teamFolder } from "../home.js";
import { isReadOnly, vaultError } from "./vault-error.js";

/** One vault item. Lists and records are JSON texts; shapes are without the batch axis, null where a size is open. */
export interface ItemRow {
  readonly id: Generated<number>;
  /** Unique ignoring case. */
  readonly name: string;
  /** The SHA-256 of the model's file, in hex: its blob's name. */
  readonly blob: string;
  /** The original file's base name. */
  readonly model: string;
  readonly host: string;
  /** As in `2024-07-12 19:40:19.783000+00:00`. */
  readonly dateAdded: string;
  readonly project: string | null;
  readonly runid: number | null;
  readonly epoch: number | null;
  readonly value: number | null;
  readonly color: string | null;
  readonly workers: string;
  /** The features of each input: string[][]; `[]` when none were given. */
  readonly features: string;
  /** `{ feature, label_index }` of each output; `[]` when none were given. */
  readonly labels: string;
  /** Names of assets, or null for every one that fits. */
  readonly assets: string | null;
  /** `{ name, shape }` of each input and output of the model. */
  readonly inputs: string;
  readonly outputs: string;
  /** The SHA-256 of the canvas that the model was drawn on, in hex: its blob's name. Version 1 has none. */
  readonly canvas: string | null;
}

export interface CatalogueTables {
  readonly items: ItemRow;
}

/** `MIGRATIONS[n]` leads from version n to n + 1 of the format; the catalogue's `user_version` says which it has. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table items (
      id integer primary key,
      name text not null collate nocase unique,
      blob text not null,
      model text not null,
      host text not null,
      dateAdded text not null,
      project text, runid integer, epoch integer, value real, color text,
      workers text not null default '[]',
      features text not null default '[]',
      labels text not null default '[]',
      assets text,
      inputs text not null,
      outputs text not null
    ) strict`,
    "create index items_blob on items (blob)",
  ],
  ["alter table items add column canvas text", "create index items_canvas on items (canvas)"],
];

const VERSION = MIGRATIONS.length;
/** The first version whose items have a place for a canvas. */
export const CANVASES_SINCE = 2;

/** Where a team's catalogue lies. @throws LitVaultError if the team's name is not valid */
export const cataloguePath = (team: string): string => join(teamFolder(team), "catalogue.sqlite");

interface Connection {
  readonly db: Kysely<CatalogueTables>;
  readonly file: string;
}

/**
 * One connection a catalogue. The driver frees a closed one only when its statements are collected, so a connection is
 * kept as long as the path leads to the file that it opened and no call on it has failed.
 */
const connections = new Map<string, Connection>();

async function fileIdentity(path: string): Promise<string | null> {
  try {
    const { dev, ino } = await stat(path);
    return `${dev}:${ino}`;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

async function open(path: string): Promise<Kysely<CatalogueTables>> {
  const [{ default: Database }, { Kysely, SqliteDialect, sql }] = await Promise.all([
    import("libsql"),
    import("kysely"),
  ]);
  const database: Libsql.Database = new Database(path, { timeout: 5000 });
  const db = new Kysely<CatalogueTables>({ dialect: new SqliteDialect({ database }) });
  await sql`pragma busy_timeout = 5000`.execute(db);
  await sql`pragma synchronous = full`.execute(db);
  return db;
}

async function close(path: string): Promise<void> {
  const connection = connections.get(path);
  connections.delete(path);
  await connection?.db.destroy();
}

async function connect(path: string): Promise<Connection | null> {
  const file = await fileIdentity(path);
  const known = connections.get(path);
  if (known && known.file === file) return known;
  await close(path);
  if (file === null) return null;
  const connection = { db: await open(path), file };
  connections.set(path, connection);
  return connection;
}

async function versionOf(db: Kysely<CatalogueTables>): Promise<number> {
  const { sql } = await import("kysely");
  const { rows } = await sql<{ user_version: number }>`pragma user_version`.execute(db);
  return rows[0]?.user_version ?? 0;
}

async function checkVersion(db: Kysely<CatalogueTables>, path: string): Promise<number> {
  const version = await versionOf(db);
  if (version <= VERSION) return version;
  throw new LitVaultError(
    `${path} has version ${version} of the catalogue's format, expected at most ${VERSION}: a newer Lit Lab wrote it, and reads it`,
    { code: "NEWER_VERSION" },
  );
}

/** Runs `use` between BEGIN IMMEDIATE and COMMIT, all or nothing. */
async function transaction<T>(
  db: Kysely<CatalogueTables>,
  use: (db: Kysely<CatalogueTables>) => Promise<T>,
): Promise<T> {
  const { sql } = await import("kysely");
  return await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      const result = await use(connection);
      await sql`commit`.execute(connection);
      return result;
    } catch (error) {
      // SQLite may have rolled back by itself, on a full disk for one.
      await sql`rollback`.execute(connection).catch(() => undefined);
      throw error;
    }
  });
}

async function migrate(db: Kysely<CatalogueTables>, path: string): Promise<void> {
  if ((await checkVersion(db, path)) === VERSION) return;
  const { sql } = await import("kysely");
  await transaction(db, async (connection) => {
    const version = await checkVersion(connection, path);
    for (const statement of MIGRATIONS.slice(version).flat()) await sql.raw(statement).execute(connection);
    await sql.raw(`pragma user_version = ${VERSION}`).execute(connection);
  });
}

/**
 * Makes a catalogue with what `use` writes in it, whole or not at all.
 * @returns what `use` gives, or null when another process was faster: its catalogue stays
 */
async function create<T>(
  path: string,
  use: (db: Kysely<CatalogueTables>) => Promise<T>,
): Promise<{ readonly result: T } | null> {
  await mkdir(dirname(path), { recursive: true });
  await sweepUnfinished(dirname(path));
  const temporary = besidePath(path);
  try {
    const db = await open(temporary);
    let result: T;
    try {
      await migrate(db, temporary);
      result = await transaction(db, use);
    } finally {
      await db.destroy();
    }
    await syncPath(temporary);
    try {
      await link(temporary, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return null;
      throw error;
    }
    await syncPath(dirname(path));
    return { result };
  } finally {
    await rm(temporary, { force: true });
    await rm(`${temporary}-journal`, { force: true });
  }
}

/**
 * This process' calls on one catalogue run one after the other: the driver blocks the thread while it waits for a lock,
 * so two transactions of one thread would wait for each other.
 */
const queues = new Map<string, Promise<unknown>>();

async function queued<T>(path: string, run: () => Promise<T>): Promise<T> {
  const result = (queues.get(path) ?? Promise.resolve()).then(run);
  const settled = result.catch(() => undefined);
  queues.set(path, settled);
  try {
    return await result;
  } finally {
    if (queues.get(path) === settled) queues.delete(path);
  }
}

async function guarded<T>(path: string, what: string, run: () => Promise<T>): Promise<T> {
  return await queued(path, async () => {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof LitError)) await close(path);
      throw vaultError(path, what, error);
    }
  });
}

/**
 * Reads a team's catalogue, also on a read-only home: one of an older version stays so there.
 * @param use gets the version that the catalogue has, and must name no column that came after it
 * @returns what `use` gives, or null if there is no such team
 * @throws LitVaultError if the catalogue is damaged or of a newer version
 */
export async function readCatalogue<T>(
  team: string,
  use: (db: Kysely<CatalogueTables>, version: number) => Promise<T>,
): Promise<T | null> {
  const path = cataloguePath(team);
  return await guarded(path, "cannot be read", async () => {
    const connection = await connect(path);
    if (!connection) return null;
    let version = await checkVersion(connection.db, path);
    if (version < VERSION)
      try {
        await migrate(connection.db, path);
        version = VERSION;
      } catch (error) {
        if (version === 0 || !isReadOnly(error)) throw error;
      }
    return await use(connection.db, version);
  });
}

/**
 * Changes a team's catalogue in one transaction. `use` must not take long: other processes wait for 5 seconds at most.
 * @param use may run twice, the first time undone
 * @param options.create makes the team if there is none; otherwise the result is null then
 * @throws LitVaultError if the catalogue is read-only, damaged, of a newer version, or the disk is full
 */
export async function writeCatalogue<T>(
  team: string,
  use: (db: Kysely<CatalogueTables>) => Promise<T>,
  options: { readonly create?: boolean } = {},
): Promise<T | null> {
  const path = cataloguePath(team);
  return await guarded(path, "cannot be written", async () => {
    if (options.create && (await fileIdentity(path)) === null) {
      const created = await create(path, use);
      if (created) return created.result;
    }
    const kept = connections.has(path);
    const write = async () => {
      const connection = await connect(path);
      if (!connection) return null;
      await migrate(connection.db, path);
      return await transaction(connection.db, use);
    };
    return await write().catch(async (error) => {
      // A connection kept from when the file was read-only stays read-only.
      if (!kept || !isReadOnly(error)) throw error;
      await close(path);
      return await write();
    });
  });
}

/** Whether a team's folder holds a catalogue. */
export async function isTeam(team: string): Promise<boolean> {
  try {
    await access(cataloguePath(team));
    return true;
  } catch {
    return false;
  }
}
