import { z } from "zod";

const name = z.string().max(128);
const shape = z.array(z.number().nullable());

/** A tensor that goes into a model or comes out of it: its sample's shape, without the batch axis; null where a size is open. */
const port = z.object({ name: z.string(), shape, uses: z.array(z.string()) });

/** A vault item as it is listed. */
const listedItem = z.object({
  name: z.string(),
  color: z.string().nullable(),
  value: z.number().nullable(),
  /** In UTC, as in `2024-07-12 19:40:19.783233+00:00`. */
  dateAdded: z.string(),
  /** The model file's name when it was added. */
  model: z.string(),
  /** Whether it keeps the canvas that it was drawn on. */
  hasCanvas: z.boolean(),
});

const listedAsset = z.object({ name: z.string() });
const listedCanvas = z.object({ name: z.string(), modified: z.string() });

/** A node of a model's graph. */
const graphNode = z.object({
  id: z.string(),
  title: z.string(),
  /** The layer's class, or the operation. */
  type: z.string(),
  /** The node of the nested model that it lies in. */
  parent: z.string().optional(),
  /** What it gives, as in `(None, 4)`; empty where nobody knows. */
  shape: z.string(),
  parameters: z.number(),
  /** How the layer is configured; what is long is cut. */
  settings: z.record(z.string(), z.unknown()),
  /** `path` is what `models.histogram` takes. */
  weights: z.array(z.object({ name: z.string(), path: z.string(), shape: z.array(z.number()), dtype: z.string() })),
});

/** Why a model's shapes are not known, as a custom layer's are not; null if they are. */
const problem = z.string().nullable();

const graphEdge = z.object({ from: z.string(), to: z.string(), shape: z.string() });

const modelGraph = z.object({
  name: z.string(),
  /** Lines of `model.summary()`; empty where the layers' shapes are not known. */
  summary: z.string(),
  parameters: z.number(),
  nodes: z.array(graphNode),
  edges: z.array(graphEdge),
  problem,
});

/** A model of the vault, or a file of the file browser: its path from the server's root. */
const modelSource = z.union([z.object({ team: name, item: name }), z.object({ path: z.string().max(4096) })]);

const assetDataset = z.object({
  name: z.string(),
  shape: z.array(z.number()),
  columns: z.array(z.string()).nullable(),
  /** The first samples' values, flattened, at most 8 of each. */
  first: z.array(z.array(z.number().nullable())),
});

/** A canvas as JSON text, and the version of the file that it was read from. */
const canvasFile = z.object({
  name: z.string(),
  content: z.string(),
  version: z.string(),
  writable: z.boolean(),
  modified: z.string(),
});

const canvasPlace = z.union([z.object({ team: name, canvas: name }), z.object({ team: name, item: name })]);

const method = <P extends z.ZodType, R extends z.ZodType>(params: P, result: R) => ({ params, result });

/** What the vault's service answers: each method's parameters and its result. */
export const METHODS = {
  /** First of all; `version` is the page's. */
  hello: method(
    z.object({ version: z.string() }),
    z.object({ version: z.string(), pid: z.number(), home: z.string(), readOnly: z.boolean(), device: z.string() }),
  ),
  ping: method(z.object({}), z.object({})),

  "teams.list": method(z.object({}), z.array(z.string())),
  /**
   * What a page shows first: the teams, and the lists of the first of them, null where there is none or one cannot be read.
   * In one call, since Jupyter's server keeps each answer back until the page has acknowledged the one before (40 ms).
   */
  "teams.open": method(
    z.object({}),
    z.object({
      teams: z.array(z.string()),
      first: z
        .object({ items: z.array(listedItem), assets: z.array(listedAsset), canvases: z.array(listedCanvas) })
        .nullable(),
    }),
  ),

  /** By name, ignoring case. */
  "items.list": method(z.object({ team: name }), z.array(listedItem)),
  "items.get": method(
    z.object({ team: name, name }),
    listedItem.extend({
      /** The record under the reference's keys: host project runid epoch model name value color dateAdded workers. */
      details: z.record(z.string(), z.unknown()),
      inputs: z.array(port),
      outputs: z.array(port),
      assets: z.array(z.string()),
      /** The model's file in the vault. */
      file: z.object({ path: z.string(), bytes: z.number() }),
      layers: z.array(z.object({ name: z.string(), type: z.string(), shape: z.string(), parameters: z.number() })),
      /** Why `layers` are none or lack shapes, null if they do not. */
      problem,
    }),
  ),
  /** Never fails for what the reference answers with a status. */
  "items.rename": method(
    z.object({ team: name, name, newName: z.string().max(1000) }),
    z.object({ status: z.enum(["SUCCESS", "ERROR"]), message: z.string() }),
  ),
  /** Imports a file of the file browser or an uploaded one; `progress` notifications carry `token`. */
  "items.import": method(
    z.object({
      team: name,
      source: z.union([z.object({ path: z.string().max(4096) }), z.object({ upload: z.string() })]),
      name: z.string().max(1000).optional(),
      token: z.string().optional(),
    }),
    z.object({ name: z.string() }),
  ),

  /** A file from the person's own machine, in pieces of at most 1 MiB, base64. */
  "uploads.begin": method(
    z.object({ name: z.string().max(255), bytes: z.number().int().nonnegative() }),
    z.object({ upload: z.string() }),
  ),
  "uploads.write": method(
    z.object({ upload: z.string(), at: z.number().int().nonnegative(), data: z.string() }),
    z.object({}),
  ),
  "uploads.drop": method(z.object({ upload: z.string() }), z.object({})),

  "assets.list": method(z.object({ team: name }), z.array(listedAsset)),
  "assets.get": method(
    z.object({ team: name, name }),
    z.object({
      name: z.string(),
      length: z.number(),
      files: z.array(z.object({ path: z.string(), split: z.enum(["test", "train"]), length: z.number() })),
      datasets: z.array(assetDataset),
    }),
  ),

  "canvases.list": method(z.object({ team: name }), z.array(listedCanvas)),
  /** A team's canvas, or a vault item's, which is read-only. */
  "canvases.read": method(canvasPlace, canvasFile),
  /** `version` is that of the file as it was read, null for a new canvas: another one there is a CONFLICT. */
  "canvases.write": method(
    z.object({ team: name, canvas: name, content: z.string(), version: z.string().nullable() }),
    canvasFile.omit({ content: true }),
  ),
  "canvases.rename": method(z.object({ team: name, canvas: name, newName: z.string().max(1000) }), z.object({})),
  "canvases.duplicate": method(z.object({ team: name, canvas: name }), z.object({ name: z.string() })),
  "canvases.remove": method(z.object({ team: name, canvas: name }), z.object({})),

  "models.graph": method(modelSource, modelGraph),
  /** How a weight's values are distributed: `counts[i]` of them lie from `edges[i]` up to `edges[i + 1]`. */
  "models.histogram": method(
    z.object({ source: modelSource, weight: z.string() }),
    z.object({
      edges: z.array(z.number()),
      counts: z.array(z.number()),
      mean: z.number().nullable(),
      deviation: z.number().nullable(),
      /** How many values are no number. */
      invalid: z.number(),
    }),
  ),
} as const;

export type MethodName = keyof typeof METHODS;
export type Params<M extends MethodName> = z.infer<(typeof METHODS)[M]["params"]>;
export type Result<M extends MethodName> = z.infer<(typeof METHODS)[M]["result"]>;

/** What the service tells without being asked. */
export const NOTIFICATIONS = {
  /** Something changed in a team (null: the list of teams), by whomever. */
  changed: z.object({ team: z.string().nullable(), what: z.array(z.enum(["teams", "items", "assets", "canvases"])) }),
  /** What pages have given other names, in the order in which they did. */
  renamed: z.object({
    renames: z.array(z.object({ team: name, kind: z.enum(["item", "canvas"]), name, newName: name })),
  }),
  /**
   * How far a call has come, by the token that it was given: an import reads the model, then its weights. `share` of the stage
   * is from 0 to 1, null where nobody knows.
   */
  progress: z.object({ token: z.string(), stage: z.enum(["model", "weights"]), share: z.number().nullable() }),
  /**
   * The comm that was spoken on is not open: it was idle for too long, or another service's. Not said with `comm_close`, which
   * JupyterLab takes for an error in every page that does not know the comm.
   */
  closed: z.object({}),
} as const;

export type NotificationName = keyof typeof NOTIFICATIONS;
export type Notification<N extends NotificationName> = z.infer<(typeof NOTIFICATIONS)[N]>;
export type Rename = Notification<"renamed">["renames"][number];
