import type { ReactNode } from "react";

/** Why a tab shows no graph, in a sentence, and what can be done. */
export function Problem({ title, reason, children }: { title: string; reason: string; children?: ReactNode }) {
  return (
    <div className="litlab-Graph-refused" role="alert">
      <h2>{title}</h2>
      <p>{reason}</p>
      {children}
    </div>
  );
}
