import { showErrorMessage } from "@jupyterlab/apputils";
import type { TranslationBundle } from "@jupyterlab/translation";
import { downloadIcon } from "@jupyterlab/ui-components";
import {
  getViewportForBounds,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
  useStore,
  type Viewport,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useId, useMemo, useRef, useState } from "react";
import "../../style/graph.css";
import { LONGEST } from "./elk.js";
import { download, lookOf, pngFile, svgFile } from "./export.js";
import { boxOfNode, foldable, foldedAtFirst, revealing, type VisibleGraph, visibleGraph } from "./fold.js";
import { type Graph, type GraphNode, problemOf } from "./graph.js";
import { BoxContext, type BoxNode, BoxOnPage, FrameOnPage, type LinkEdge, LinkOnPage } from "./graph-node.js";
import { draftOf, type Layout, layOut, type Placed } from "./layout.js";
import { neighbour } from "./neighbour.js";
import { Problem } from "./problem.js";
import { SearchBox } from "./search-box.js";
import { SidePanel } from "./side-panel.js";

export interface GraphViewProps {
  readonly graph: Graph;
  /** What it is called: for who cannot see it, and in exported files' names. */
  readonly name: string;
  readonly trans: TranslationBundle;
  /** What the side panel shows of a node; its lines if this is missing. */
  readonly details?: (node: GraphNode) => ReactNode;
  /** What is said of the whole, at the toolbar's end. */
  readonly children?: ReactNode;
}

const NODE_TYPES = { box: BoxOnPage, frame: FrameOnPage };
const EDGE_TYPES = { link: LinkOnPage };
/** Smaller, lines of text cannot be read and are left out. */
const FAR = 0.4;
/** Smaller, titles are specks that cost a graph that is moved much of its painting. */
const SPECKS = 0.2;
const LEAST_ZOOM = 0.02;
const MOST_ZOOM = 2.5;
/** In a smaller area, in pixels, the overview would hide the graph. */
const LEAST_FOR_OVERVIEW = 400;
const READING_ZOOM = 0.9;

/** A graph to look at: pans, zooms, finds, folds, exports. One that is too large is refused with a sentence. */
export function GraphView(props: GraphViewProps) {
  const problem = problemOf(props.graph, props.trans);
  if (problem !== null) return <Problem title={props.trans.__("%1 is too large", props.name)} reason={problem} />;
  return (
    <ReactFlowProvider>
      <Flow {...props} />
    </ReactFlowProvider>
  );
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Shows all of a graph, no larger than it is. */
const fitting = ({ bounds }: Layout, { width, height }: Size): Viewport =>
  getViewportForBounds(bounds, width, height, LEAST_ZOOM, 1, 0.08);

function Flow({ graph, name, trans, details, children }: GraphViewProps) {
  const [folded, setFolded] = useState(() => foldedAtFirst(graph));
  /** The box that keys start from; each going there is a new object, so that the box takes the focus again. */
  const [active, setActive] = useState<{ readonly box: string } | null>(null);
  const [opened, setOpened] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const focusNext = useRef<string | null>(null);
  /** The box to go to once a layout shows it. */
  const goingTo = useRef<{ readonly box: string; readonly zoomIn: boolean } | null>(null);
  const canFold = useMemo(() => foldable(graph), [graph]);
  const visible = useMemo(() => visibleGraph(graph, folded), [graph, folded]);
  const [layout, settled, isDraft] = useLayout(graph, visible);
  const [area, size] = useSize();
  const flow = useReactFlow<BoxNode, LinkEdge>();
  const ready = layout !== null && size.width > 0 && size.height > 0;
  /** How a draft was shown first. */
  const draftView = useRef<Viewport | null>(null);
  useEffect(() => {
    if (!ready) return;
    if (isDraft) draftView.current ??= fitting(layout, size);
    else if (draftView.current) {
      const [before, now] = [draftView.current, flow.getViewport()];
      draftView.current = null;
      // Who has not moved the draft sees all of what takes its place.
      if (before.x === now.x && before.y === now.y && before.zoom === now.zoom)
        void flow.setViewport(fitting(layout, size));
    }
  }, [ready, isDraft, layout, size, flow]);

  const nodes = useNodes(layout, active, trans);
  const arrow = useId();
  const edges = useEdges(layout, trans, arrow);

  const show = useCallback(
    (placed: Placed, zoomIn: boolean) => {
      const { x, y, zoom } = flow.getViewport();
      const [left, top] = [placed.x * zoom + x, placed.y * zoom + y];
      const [right, bottom] = [left + placed.width * zoom, top + placed.height * zoom];
      const inside = left >= 0 && top >= 0 && right <= size.width && bottom <= size.height;
      if (inside && !zoomIn) return;
      const duration = matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 150;
      // An open group may be larger than the area.
      const whole = 0.9 * Math.min(size.width / placed.width, size.height / placed.height);
      const near = Math.max(LEAST_ZOOM, Math.min(zoomIn ? Math.max(zoom, READING_ZOOM) : zoom, whole));
      void flow.setCenter(placed.x + placed.width / 2, placed.y + placed.height / 2, { zoom: near, duration });
    },
    [flow, size],
  );
  const go = useCallback(
    (box: string, zoomIn = false) => {
      const placed = layout?.placed.find((other) => other.box.id === box);
      if (!placed) {
        const shown = revealing(graph, folded, box);
        // One that is not shown although nothing hides it is gone.
        if (shown === folded && settled) return area.current?.focus();
        goingTo.current = { box, zoomIn: true };
        setFolded(shown);
        return;
      }
      goingTo.current = null;
      focusNext.current = box;
      setActive({ box });
      show(placed, zoomIn);
    },
    [graph, folded, layout, settled, show, area],
  );
  useEffect(() => {
    const next = goingTo.current;
    if (!settled || !next) return;
    goingTo.current = null;
    go(next.box, next.zoomIn);
  }, [settled, go]);

  const toggle = useCallback((id: string) => {
    // What has the focus now leaves the page: the box gives way to its frame, or the frame and all in it to the box.
    goingTo.current = { box: id, zoomIn: false };
    setFolded((now) => {
      const next = new Set(now);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  }, []);
  const fit = () => void (layout && flow.setViewport(fitting(layout, size)));
  const context = useMemo(() => ({ focusNext, toggle }), [toggle]);
  const close = () => {
    setOpened(null);
    if (active) go(active.box);
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const { key } = event;
    const inButton = event.target instanceof HTMLButtonElement;
    if (key === "f" && (event.ctrlKey || event.metaKey)) input.current?.focus();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (key === "Escape" && opened !== null) close();
    else if (inButton && (key === "Enter" || key === " ")) return;
    else if (key === "Enter") setOpened(active?.box ?? null);
    else if (key === " " && active && canFold.has(active.box)) toggle(active.box);
    else if (key === "+") void flow.zoomIn();
    else if (key === "-") void flow.zoomOut();
    else if (key === "0") fit();
    else {
      const next = layout && neighbour(layout, active?.box ?? null, key);
      if (next === null) return;
      go(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const node = opened === null ? undefined : graph.nodes.find(({ id }) => boxOfNode(id) === opened);
  const save = async (kind: "svg" | "png") => {
    if (!layout || !area.current) return;
    const file = `${name}.${kind}`;
    try {
      const look = lookOf(area.current);
      download(kind === "svg" ? svgFile(layout, name, look) : await pngFile(layout, name, look, trans), file);
    } catch (error) {
      await showErrorMessage(trans.__("%1 was not made", file), error as Error);
    }
  };
  const allFolded = [...canFold].every((id) => folded.has(id));
  return (
    <div className="litlab-Graph">
      <div className="litlab-Graph-bar" role="toolbar" aria-label={trans.__("Graph")}>
        <SearchBox graph={graph} trans={trans} input={input} onChoose={(box) => go(box, true)} />
        <Action name={trans.__("Zoom out")} onClick={() => void flow.zoomOut()} text="−" />
        <Action name={trans.__("Zoom in")} onClick={() => void flow.zoomIn()} text="+" />
        <Action name={trans.__("Fit")} onClick={fit} text={trans.__("Fit")} />
        {canFold.size > 0 && (
          <Action
            name={allFolded ? trans.__("Unfold all") : trans.__("Fold all")}
            text={allFolded ? trans.__("Unfold all") : trans.__("Fold all")}
            onClick={() => setFolded(allFolded ? new Set() : canFold)}
          />
        )}
        <Action name={trans.__("Export as SVG")} onClick={() => void save("svg")} text="SVG">
          <downloadIcon.react tag="span" />
        </Action>
        <Action name={trans.__("Export as PNG")} onClick={() => void save("png")} text="PNG">
          <downloadIcon.react tag="span" />
        </Action>
        <div className="litlab-Graph-rest">
          {(isDraft || layout?.gaveUp) && (
            <span role="status">
              {isDraft
                ? trans.__("Laying out…")
                : trans.__("Simple layout: a better one took longer than %1 s", LONGEST / 1000)}
            </span>
          )}
          {children}
        </div>
      </div>
      <div className="litlab-Graph-main">
        {/* biome-ignore lint/a11y/useSemanticElements: arrows lead from it to the nodes. */}
        <div
          className="litlab-Graph-area"
          ref={area}
          role="group"
          aria-label={trans.__("Graph of %1; arrows go from node to node, Enter shows details", name)}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: as above.
          tabIndex={0}
          onKeyDown={onKeyDown}
          aria-busy={!ready || isDraft}
        >
          {ready ? (
            <BoxContext.Provider value={context}>
              <ReactFlow
                nodes={nodes}
                edges={edges}
                nodeTypes={NODE_TYPES}
                edgeTypes={EDGE_TYPES}
                defaultViewport={fitting(layout, size)}
                minZoom={LEAST_ZOOM}
                maxZoom={MOST_ZOOM}
                onlyRenderVisibleElements
                nodesDraggable={false}
                nodesConnectable={false}
                nodesFocusable={false}
                edgesFocusable={false}
                elementsSelectable={false}
                // A frame lies behind what is in it, also when keys start from it.
                elevateNodesOnSelect={false}
                disableKeyboardA11y
                deleteKeyCode={null}
                selectionKeyCode={null}
                multiSelectionKeyCode={null}
                panActivationKeyCode={null}
                zoomActivationKeyCode={null}
                proOptions={{ hideAttribution: true }}
                onNodeClick={(_, { id, type }) => {
                  if (type !== "box") return;
                  setOpened(id);
                  go(id);
                }}
              >
                <Arrow id={arrow} />
                <Distance />
                {size.width > LEAST_FOR_OVERVIEW && size.height > LEAST_FOR_OVERVIEW && (
                  <MiniMap
                    pannable
                    zoomable
                    ariaLabel={trans.__("Overview")}
                    nodeClassName={({ type }) => `litlab-mod-${type}`}
                  />
                )}
              </ReactFlow>
            </BoxContext.Provider>
          ) : (
            <p role="status">{trans.__("Laying out…")}</p>
          )}
        </div>
        {node && (
          <SidePanel
            graph={graph}
            node={node}
            trans={trans}
            onClose={close}
            onGo={(id) => {
              setOpened(boxOfNode(id));
              go(boxOfNode(id));
            }}
          >
            {details?.(node)}
          </SidePanel>
        )}
      </div>
    </div>
  );
}

interface ActionProps {
  readonly name: string;
  readonly onClick: () => void;
  readonly text?: string;
  readonly children?: ReactNode;
}

function Action({ name, onClick, text, children }: ActionProps) {
  return (
    <button type="button" className="jp-mod-styled jp-mod-minimal" aria-label={name} title={name} onClick={onClick}>
      {children}
      {text}
    </button>
  );
}

/** The head of all edges' arrows. The page may have several graphs, also hidden ones, whose heads would not be drawn. */
function Arrow({ id }: { readonly id: string }) {
  return (
    <svg className="litlab-Graph-defs" aria-hidden="true">
      <defs>
        <marker id={id} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path d="M0,0.5L7,4L0,7.5Z" />
        </marker>
      </defs>
    </svg>
  );
}

/** Tells the style sheet whether texts can be read. */
function Distance() {
  const far = useStore((state) => state.transform[2] < FAR);
  const specks = useStore((state) => state.transform[2] < SPECKS);
  return <div className="litlab-Graph-distance" data-far={far} data-specks={specks} />;
}

interface Laid {
  readonly of: VisibleGraph;
  readonly layout: Layout;
  readonly isDraft: boolean;
}

/** The newest layout, whether it is of what is visible now, and whether it is one until ELK's is there. */
function useLayout(
  graph: Graph,
  visible: VisibleGraph,
): readonly [layout: Layout | null, settled: boolean, isDraft: boolean] {
  const [laid, setLaid] = useState<Laid | null>(null);
  useEffect(() => {
    let current = true;
    const draft = draftOf(graph, visible);
    setLaid((before) => before ?? (draft && { of: visible, layout: draft, isDraft: true }));
    void layOut(graph, visible).then((layout) => current && setLaid({ of: visible, layout, isDraft: false }));
    return () => {
      current = false;
    };
  }, [graph, visible]);
  return [laid?.layout ?? null, laid?.of === visible && !laid.isDraft, laid?.isDraft ?? false];
}

/** An element's size, which is 0 while its tab is hidden. */
function useSize() {
  const element = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) setSize(entry.contentRect);
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return [element, size] as const;
}

function useNodes(layout: Layout | null, active: { readonly box: string } | null, trans: TranslationBundle): BoxNode[] {
  const nodes = useMemo(
    () => (layout ? layout.placed.map((placed) => nodeOf(layout, placed, trans)) : []),
    [layout, trans],
  );
  const first = nodes.find(({ type }) => type === "box")?.id ?? null;
  return useMemo(() => {
    const selected = active?.box ?? first;
    return nodes.map((node) => (node.id === selected ? { ...node, data: { ...node.data }, selected: true } : node));
  }, [nodes, active, first]);
}

function nodeOf(layout: Layout, { box, x, y, width, height }: Placed, trans: TranslationBundle): BoxNode {
  const size = { width, height };
  const right = layout.direction === "right";
  const point = { width: 1, height: 1 };
  const kind = box.type === "" ? trans.__("group of %1", box.size) : box.type;
  return {
    id: box.id,
    type: box.open ? "frame" : "box",
    position: { x, y },
    ...size,
    // Given, so that edges to nodes outside the view have ends, and nothing is measured.
    measured: size,
    handles: [
      {
        type: "target",
        position: (right ? "left" : "top") as never,
        x: right ? 0 : width / 2,
        y: right ? height / 2 : 0,
        ...point,
      },
      {
        type: "source",
        position: (right ? "right" : "bottom") as never,
        x: right ? width : width / 2,
        y: right ? height / 2 : height,
        ...point,
      },
    ],
    ...(box.open && { zIndex: -1, style: { pointerEvents: "none" as const } }),
    domAttributes: { "aria-roledescription": undefined },
    data: {
      box,
      direction: layout.direction,
      name: [box.title, kind, ...(box.problem === null ? [] : [box.problem])].join(", "),
      foldName: box.open ? trans.__("Fold %1", box.title) : trans.__("Unfold %1", box.title),
    },
  };
}

function useEdges(layout: Layout | null, trans: TranslationBundle, arrow: string): LinkEdge[] {
  return useMemo(() => {
    if (!layout) return [];
    const titles = new Map(layout.placed.map(({ box }) => [box.id, box.title]));
    return layout.routed.map(({ link, path, middle }) => ({
      id: link.id,
      source: link.from,
      target: link.to,
      type: "link",
      markerEnd: arrow,
      ariaLabel: trans.__("From %1 to %2: %3", titles.get(link.from) ?? "", titles.get(link.to) ?? "", link.label),
      data: { path, middle, label: link.label },
    }));
  }, [layout, trans, arrow]);
}
