import type { ISignal } from "@lumino/signaling";
import { useCallback, useRef, useSyncExternalStore } from "react";

/** Renders again after each of a model's changes. */
export function useChanges({ changed }: { readonly changed: ISignal<unknown, unknown> }): void {
  const count = useRef(0);
  const subscribe = useCallback(
    (onChange: () => void) => {
      const slot = () => {
        count.current++;
        onChange();
      };
      changed.connect(slot);
      return () => void changed.disconnect(slot);
    },
    [changed],
  );
  useSyncExternalStore(subscribe, () => count.current);
}
