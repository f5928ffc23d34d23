import type { Notification } from "@litlab/sdk/rpc";
import { useCallback, useEffect, useRef, useState } from "react";
import { messageOf } from "../message-of.js";
import type { IVaultService } from "../service/tokens.js";

/** What was loaded last, or why it could not be loaded; both null while it is loaded for the first time. */
export interface Loaded<T> {
  readonly value: T | null;
  readonly problem: string | null;
  readonly isLoading: boolean;
  readonly retry: () => void;
}

type State<T> = Omit<Loaded<T>, "retry"> & { readonly load: () => Promise<T> };
type Changed = Notification<"changed">;

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
  const nothing: State<T> = { load, value: null, problem: null, isLoading: true };
  const [state, setState] = useState(nothing);
  const read = useRef(() => {});
  useEffect(() => {
    let newest = {};
    read.current = () => {
      const request = {};
      newest = request;
      const settle = (value: T | null, problem: string | null): void => {
        if (request === newest) setState({ load, value, problem, isLoading: false });
      };
      setState((before) => ({ ...before, isLoading: true }));
      load().then(
        (value) => settle(value, null),
        (error: unknown) => settle(null, messageOf(error)),
      );
    };
    const onChanged = (_: unknown, change: Changed): void => {
      if (change.team === null || (change.team === team && change.what.includes(what))) read.current();
    };
    read.current();
    service.changed.connect(onChanged);
    return () => {
      newest = {};
      service.changed.disconnect(onChanged);
    };
  }, [service, team, what, load]);
  const retry = useCallback(() => read.current(), []);
  // Of another target nothing is shown, also before its loading begins.
  return { ...(state.load === load ? state : nothing), retry };
}
