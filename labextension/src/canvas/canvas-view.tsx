import type { TranslationBundle } from "@jupyterlab/translation";
import { type CanvasDocument, parseCanvas, settingsOf } from "@litlab/sdk/canvas-core";
import { useMemo } from "react";
import { type Graph, problemOf } from "../graph/graph.js";
import { GraphView } from "../graph/graph-view.js";
import { Problem } from "../graph/problem.js";
import { Settings } from "../graph/side-panel.js";
import { messageOf } from "../message-of.js";
import { canvasGraph } from "./canvas-graph.js";

export interface CanvasViewProps {
  /** What the file holds. */
  readonly text: string;
  readonly name: string;
  readonly trans: TranslationBundle;
  readonly onEdit: () => void;
}

type Read = { readonly problem: string } | { readonly document: CanvasDocument; readonly graph: Graph };

/** A canvas as a graph to look at, or why it is none. */
export function CanvasView({ text, name, trans, onEdit }: CanvasViewProps) {
  const read = useMemo(() => readCanvas(text, trans), [text, trans]);
  const edit = (
    <button type="button" className="jp-mod-styled" onClick={onEdit}>
      {trans.__("Open with JSON editor")}
    </button>
  );
  if ("problem" in read)
    return (
      <Problem title={trans.__("%1 cannot be shown", name)} reason={read.problem}>
        {edit}
      </Problem>
    );
  const { document, graph } = read;
  return (
    <GraphView
      graph={graph}
      name={name}
      trans={trans}
      details={({ id }) => {
        const node = document.nodes.find((other) => other.id === id);
        return node && <Settings settings={settingsOf(node)} trans={trans} />;
      }}
    >
      <span>{trans._n("%1 node", "%1 nodes", document.nodes.length)}</span>
      {edit}
    </GraphView>
  );
}

function readCanvas(text: string, trans: TranslationBundle): Read {
  try {
    const document = parseCanvas(text);
    // Shapes of more nodes than are drawn would take their time.
    const problem = problemOf(document, trans);
    return problem === null ? { document, graph: canvasGraph(document, trans) } : { problem };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}
