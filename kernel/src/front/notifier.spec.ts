import { expect, test, vi } from "vitest";
import { Notifier } from "./notifier.js";

test("each stage of an import is told before the answer, at ten a second and the latest share once", () => {
  vi.useFakeTimers();
  try {
    const told: unknown[] = [];
    const notifier = new Notifier((_, params) => told.push(params));
    const model = { token: "a", stage: "model", share: null } as const;
    const weights = (share: number) => ({ token: "a", stage: "weights", share }) as const;
    const change = { team: "contoso", what: ["items"] } as const;
    notifier.changed({ team: "contoso", what: ["items"] });
    for (const note of [model, weights(0), weights(0.5)]) notifier.progress(note);
    expect(told).toEqual([change]);
    vi.advanceTimersByTime(100);
    expect(told).toEqual([change, model]);
    notifier.changed({ team: "contoso", what: ["items"] });
    notifier.progress(weights(1));
    notifier.flushProgress();
    expect(told).toEqual([change, model, weights(1)]);
    vi.advanceTimersByTime(1000);
    expect(told).toEqual([change, model, weights(1), change]);
  } finally {
    vi.useRealTimers();
  }
});
