import type { Notification } from "@litlab/sdk/rpc";
import { useCallback, useEffect, useState } from "react";
import type { IVaultService } from "../service/tokens.js";

/** What was loaded last, and why it could not be loaded now; both null while it is loaded for the first time. */
export interface Loaded<T> {
  readonly value: T | null;
  readonly problem: string | null;
  readonly retry: () => void;
}

type Changed = Notification<"changed">;

const NOTHING = { value: null, problem: null };

/**
 * Loads from the vault, again when `what` of the team changes; what is shown stays until the new is there.
 * @param load another one loads something else; `useCallback` keeps it
 */
export function useLoaded<T>(
  service: IVaultService,
  team: string,
  what: Changed["what"][number],
  load: () => Promise<T>,
): Loaded<T> {
  const [loaded, setLoaded] = useState<Omit<Loaded<T>, "retry">>(NOTHING);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads anew
  useEffect(() => {
    let newest = 0;
    const read = async (): Promise<void> => {
      const request = ++newest;
      const settled: Omit<Loaded<T>, "retry"> = await load().then(
        (value) => ({ value, problem: null }),
        (error: unknown) => ({ value: null, problem: error instanceof Error ? error.message : String(error) }),
      );
      if (request === newest) setLoaded(settled);
    };
    const onChanged = (_: unknown, change: Changed): void => {
      if (change.team === null || (change.team === team && change.what.includes(what))) void read();
    };
    setLoaded(NOTHING);
    void read();
    service.changed.connect(onChanged);
    return () => {
      newest = Number.NaN;
      service.changed.disconnect(onChanged);
    };
  }, [service, team, what, load, attempt]);
  const retry = useCallback(() => setAttempt((count) => count + 1), []);
  return { ...loaded, retry };
}
