import { type Edge, type EdgeProps, Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { createContext, type MutableRefObject, memo, type RefObject, useContext, useEffect, useRef } from "react";
import type { Box } from "./fold.js";
import { type Point, shownLines } from "./geometry.js";
import type { Graph } from "./graph.js";
import { subtitleOf } from "./graph-svg.js";
import { nodeIcon } from "./node-icons.js";

export type BoxNode = Node<
  { box: Box; direction: Graph["direction"]; name: string; foldName: string },
  "box" | "frame"
>;
export type LinkEdge = Edge<{ path: string; label: string; middle: Point }, "link">;

/** What boxes need of the view that they are in. */
export interface BoxContext {
  /** The box that takes the focus as soon as it is on the page. */
  readonly focusNext: MutableRefObject<string | null>;
  readonly toggle: (id: string) => void;
}
export const BoxContext = createContext<BoxContext>({ focusNext: { current: null }, toggle: () => {} });

function Icon({ name }: { name: string }) {
  const { path, color } = nodeIcon(name);
  return (
    <svg className="litlab-Graph-icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={path} stroke={`var(${color})`} />
    </svg>
  );
}

/** What takes the focus when it is a box's turn. */
function useFocus<E extends HTMLElement>(id: string, selected: boolean): RefObject<E> {
  const { focusNext } = useContext(BoxContext);
  const element = useRef<E>(null);
  useEffect(() => {
    if (!selected || focusNext.current !== id) return;
    focusNext.current = null;
    element.current?.focus({ preventScroll: true });
  });
  return element;
}

/** A node, or a folded group or nested model. */
export const BoxOnPage = memo(function BoxOnPage({ data, selected, id }: NodeProps<BoxNode>) {
  const { box, direction, name, foldName } = data;
  const { toggle } = useContext(BoxContext);
  const element = useFocus<HTMLDivElement>(id, selected);
  const right = direction === "right";
  const className = box.problem === null ? "litlab-Graph-node" : "litlab-Graph-node litlab-mod-problem";
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a button holds no button, and a folded node has one. */}
      <div
        ref={element}
        className={className}
        role="button"
        aria-label={name}
        tabIndex={selected ? 0 : -1}
        title={box.title}
      >
        <div className={box.size > 0 ? "litlab-Graph-head litlab-mod-folded" : "litlab-Graph-head"}>
          <Icon name={box.icon} />
          <div className="litlab-Graph-titles">
            <div className="litlab-Graph-title">{box.title}</div>
            <div className="litlab-Graph-type">{subtitleOf(box)}</div>
          </div>
        </div>
        {(box.lines.length > 0 || box.problem !== null) && (
          <div className="litlab-Graph-lines">
            {box.problem !== null && <div className="litlab-Graph-problem">{box.problem}</div>}
            {shownLines(box).map((line, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name and never move.
              <div key={i}>{line}</div>
            ))}
          </div>
        )}
      </div>
      {box.size > 0 && <FoldButton name={foldName} sign="+" onClick={() => toggle(id)} />}
      <Handle type="target" position={right ? Position.Left : Position.Top} isConnectable={false} />
      <Handle type="source" position={right ? Position.Right : Position.Bottom} isConnectable={false} />
    </>
  );
});

/** The frame around an open group or nested model. */
export const FrameOnPage = memo(function FrameOnPage({ data, selected, id }: NodeProps<BoxNode>) {
  const { toggle } = useContext(BoxContext);
  const button = useFocus<HTMLButtonElement>(id, selected);
  const right = data.direction === "right";
  return (
    // biome-ignore lint/a11y/useSemanticElements: it is no part of a form.
    <div className="litlab-Graph-frame" role="group" aria-label={data.box.title}>
      <div className="litlab-Graph-title">{data.box.title}</div>
      <FoldButton element={button} name={data.foldName} sign="−" onClick={() => toggle(id)} />
      <Handle type="target" position={right ? Position.Left : Position.Top} isConnectable={false} />
      <Handle type="source" position={right ? Position.Right : Position.Bottom} isConnectable={false} />
    </div>
  );
});

interface FoldButtonProps {
  readonly name: string;
  readonly sign: string;
  readonly onClick: () => void;
  readonly element?: RefObject<HTMLButtonElement>;
}

function FoldButton({ name, sign, onClick, element }: FoldButtonProps) {
  return (
    <button
      ref={element}
      type="button"
      className="litlab-Graph-fold"
      aria-label={name}
      title={name}
      onClick={(event) => {
        event.stopPropagation();
        onClick();
      }}
    >
      {sign}
    </button>
  );
}

export const LinkOnPage = memo(function LinkOnPage({ data, markerEnd }: EdgeProps<LinkEdge>) {
  if (!data) return null;
  return (
    <>
      <path className="litlab-Graph-link" d={data.path} markerEnd={markerEnd} />
      {data.label !== "" && (
        <text className="litlab-Graph-label" x={data.middle.x} y={data.middle.y + 3}>
          {data.label}
        </text>
      )}
    </>
  );
});
