import type { TranslationBundle } from "@jupyterlab/translation";
import type { ReactNode } from "react";
import type { Graph, GraphNode } from "./graph.js";

interface SidePanelProps {
  readonly graph: Graph;
  readonly node: GraphNode;
  readonly trans: TranslationBundle;
  readonly onClose: () => void;
  readonly onGo: (id: string) => void;
  /** What is shown of the node; its lines if nothing is given. */
  readonly children: ReactNode;
}

const MOST_JOINED = 100;

/** What is known of one node, beside the graph. */
export function SidePanel({ graph, node, trans, onClose, onGo, children }: SidePanelProps) {
  const titles = new Map(graph.nodes.map(({ id, title }) => [id, title]));
  const from = graph.edges.filter(({ to }) => to === node.id).map((edge) => ({ id: edge.from, label: edge.label }));
  const to = graph.edges.filter((edge) => edge.from === node.id).map((edge) => ({ id: edge.to, label: edge.label }));
  const joined = (title: string, ends: readonly { id: string; label: string }[]) =>
    ends.length > 0 && (
      <section>
        <h3>{title}</h3>
        <ul className="litlab-Graph-joined">
          {ends.slice(0, MOST_JOINED).map(({ id, label }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two nodes may be joined twice.
            <li key={i}>
              <button type="button" className="litlab-Graph-text-button" onClick={() => onGo(id)}>
                {titles.get(id) ?? id}
              </button>{" "}
              <span className="litlab-Graph-type">{label}</span>
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <aside className="litlab-Graph-panel" aria-label={trans.__("Details of %1", node.title)}>
      <header>
        <h2>{node.title}</h2>
        <button
          type="button"
          className="litlab-Graph-close"
          aria-label={trans.__("Close the details")}
          onClick={onClose}
        >
          ×
        </button>
      </header>
      <p className="litlab-Graph-type">{node.type}</p>
      {node.problem !== undefined && <p className="litlab-Graph-problem">{node.problem}</p>}
      {children ?? node.lines.map((line) => <div key={line}>{line}</div>)}
      {joined(trans.__("From"), from)}
      {joined(trans.__("To"), to)}
    </aside>
  );
}

const LONGEST_VALUE = 2000;

/** Settings as a table; values that are no texts are shown as JSON. */
export function Settings({
  settings,
  trans,
}: {
  settings: Readonly<Record<string, unknown>>;
  trans: TranslationBundle;
}) {
  const rows = Object.entries(settings);
  if (rows.length === 0) return <p>{trans.__("It has no settings.")}</p>;
  return (
    <table className="litlab-Graph-settings" aria-label={trans.__("Settings")}>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{settingText(value).slice(0, LONGEST_VALUE)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A setting's value in a line; of an object of Keras its class and what it is configured to. */
export function settingText(value: unknown): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  if (typeof value !== "object" || value === null || !("class_name" in value)) return String(JSON.stringify(value));
  const { class_name: name, config } = value as { class_name: unknown; config?: unknown };
  const set = typeof config === "object" && config !== null ? Object.entries(config) : [];
  return `${String(name)}(${set.map(([key, each]) => `${key}=${JSON.stringify(each)}`).join(", ")})`;
}
