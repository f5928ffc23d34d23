import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Iopub } from "./iopub.js";
import { VaultService } from "./vault-service.js";

const MINUTE = 60_000;

let sent: { readonly type: string; readonly content: Readonly<Record<string, unknown>> }[];
let ended: number;
let service: VaultService;

beforeEach(() => {
  vi.useFakeTimers();
  [sent, ended] = [[], 0];
  const publish = (type: string, content: Record<string, unknown>) => sent.push({ type, content });
  service = new VaultService({ publish } as unknown as Iopub, "/nowhere", () => ended++);
});

afterEach(() => vi.useRealTimers());

const message = (id: string, text: string) => service.receive({ action: "msg", id, data: { text }, metadata: {} });
const open = (id: string) => service.receive({ action: "open", id, target: "litlab.vault", data: {}, metadata: {} });

test("it ends ten minutes after the last message, and no sooner", () => {
  open("a");
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(9 * MINUTE);
    message("a", "{");
  }
  vi.advanceTimersByTime(10 * MINUTE - 1);
  expect(ended).toBe(0);
  vi.advanceTimersByTime(1);
  expect(ended).toBe(1);
});

test("it stays while nobody has spoken to it: Jupyter would start it anew", () => {
  vi.advanceTimersByTime(60 * MINUTE);
  expect(ended).toBe(0);
});

test("a page that is silent for ten minutes is gone, while another stays", () => {
  open("a");
  open("b");
  expect([...service.comms]).toEqual([
    ["a", "litlab.vault"],
    ["b", "litlab.vault"],
  ]);
  for (let i = 0; i < 4; i++) {
    vi.advanceTimersByTime(3 * MINUTE);
    message("b", "{");
  }
  expect([...service.comms.keys()]).toEqual(["b"]);
  sent.length = 0;
  message("a", "{");
  const data = { text: JSON.stringify({ jsonrpc: "2.0", method: "closed", params: {} }) };
  expect(sent).toEqual([{ type: "comm_msg", content: { comm_id: "a", data } }]);
  expect(ended).toBe(0);
});
