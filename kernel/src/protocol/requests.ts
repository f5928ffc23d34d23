import { z } from "zod";

const position = z.number().int().min(0);
const record = z.record(z.string(), z.unknown());

/** What frontends ask for, by message type. */
export const REQUESTS = {
  execute_request: z.object({
    code: z.string(),
    silent: z.boolean().default(false),
    store_history: z.boolean().optional(),
    user_expressions: z.record(z.string(), z.string()).nullish(),
    allow_stdin: z.boolean().default(true),
    stop_on_error: z.boolean().default(true),
  }),
  complete_request: z.object({ code: z.string(), cursor_pos: position }),
  inspect_request: z.object({ code: z.string(), cursor_pos: position, detail_level: z.number().default(0) }),
  is_complete_request: z.object({ code: z.string() }),
  history_request: z.object({
    hist_access_type: z.enum(["range", "tail", "search"]),
    output: z.boolean().default(false),
    session: z.number().int().nullish(),
    start: z.number().int().nullish(),
    stop: z.number().int().nullish(),
    n: z.number().int().min(0).nullish(),
    pattern: z.string().nullish(),
    unique: z.boolean().nullish(),
  }),
  comm_info_request: z.object({ target_name: z.string().nullish() }),
  comm_open: z.object({ comm_id: z.string().min(1), target_name: z.string(), data: record.default({}) }),
  comm_msg: z.object({ comm_id: z.string().min(1), data: record.default({}) }),
  comm_close: z.object({ comm_id: z.string().min(1), data: record.default({}) }),
  shutdown_request: z.object({ restart: z.boolean().default(false) }),
  interrupt_request: z.object({}),
  debug_request: z.object({}),
} as const;

export type RequestType = keyof typeof REQUESTS;
export type Request<T extends RequestType> = z.output<(typeof REQUESTS)[T]>;

export const isRequestType = (type: string): type is RequestType => Object.hasOwn(REQUESTS, type);
