import type { TranslationBundle } from "@jupyterlab/translation";
import type { Params } from "@litlab/sdk/rpc";
import { useEffect, useMemo, useState } from "react";
import { GraphView } from "../graph/graph-view.js";
import { Problem } from "../graph/problem.js";
import { Settings } from "../graph/side-panel.js";
import { messageOf } from "../message-of.js";
import type { IVaultService } from "../service/tokens.js";
import { Histogram } from "./histogram.js";
import { type ModelGraph, modelGraph, parametersText, sizeOf, type Weight } from "./model-graph.js";

export type ModelSource = Params<"models.graph">;

export interface ModelViewProps {
  readonly service: IVaultService;
  readonly source: ModelSource;
  /** What it is called: a file's or an item's name. */
  readonly name: string;
  readonly trans: TranslationBundle;
}

/** A model's layers as a graph, with its summary and its weights, or why it cannot be read. */
export function ModelView({ service, source, name, trans }: ModelViewProps) {
  const [loaded, setLoaded] = useState<ModelGraph | string | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt loads anew.
  useEffect(() => {
    let current = true;
    setLoaded(null);
    service.call("models.graph", source).then(
      (model) => current && setLoaded(model),
      (error: unknown) => current && setLoaded(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [service, source, attempt]);
  if (loaded === null)
    return (
      <p className="litlab-Viewer-loading" role="status">
        {trans.__("Reading the model…")}
      </p>
    );
  if (typeof loaded === "string")
    return (
      <Problem title={trans.__("%1 cannot be shown", name)} reason={loaded}>
        <button type="button" className="jp-mod-styled" onClick={() => setAttempt(attempt + 1)}>
          {trans.__("Retry")}
        </button>
      </Problem>
    );
  return <Model model={loaded} service={service} source={source} name={name} trans={trans} />;
}

function Model({ model, service, source, name, trans }: ModelViewProps & { readonly model: ModelGraph }) {
  const [summary, setSummary] = useState(false);
  const graph = useMemo(() => modelGraph(model, trans), [model, trans]);
  const nodes = useMemo(() => new Map(model.nodes.map((node) => [node.id, node])), [model]);
  return (
    <div className="litlab-Model">
      <GraphView
        graph={graph}
        name={name}
        trans={trans}
        details={({ id }) => {
          const node = nodes.get(id);
          if (!node) return null;
          return (
            <>
              {node.shape !== "" && <p>{trans.__("Gives %1", node.shape)}</p>}
              <Settings settings={node.settings} trans={trans} />
              {node.weights.length > 0 && <h3>{trans.__("Weights")}</h3>}
              {node.weights.map((weight) => (
                <WeightDetails key={weight.path} weight={weight} service={service} source={source} trans={trans} />
              ))}
            </>
          );
        }}
      >
        {model.problem !== null && <span className="litlab-Graph-problem">{model.problem}</span>}
        <span>{parametersText(model.parameters, trans)}</span>
        <button
          type="button"
          className="jp-mod-styled"
          aria-expanded={summary}
          disabled={model.summary === ""}
          onClick={() => setSummary((shown) => !shown)}
        >
          {trans.__("Summary")}
        </button>
      </GraphView>
      {summary && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        <section className="litlab-Model-summary" aria-label={trans.__("Summary of %1", name)} tabIndex={0}>
          <pre>{model.summary}</pre>
        </section>
      )}
    </div>
  );
}

interface WeightDetailsProps extends Omit<ModelViewProps, "name"> {
  readonly weight: Weight;
}

function WeightDetails({ weight, service, source, trans }: WeightDetailsProps) {
  const [open, setOpen] = useState(false);
  return (
    <div className="litlab-Weight">
      <div>
        <strong>{weight.name}</strong> ({weight.shape.join(", ")}) {weight.dtype}
      </div>
      {sizeOf(weight.shape) > 0 && (
        <button
          type="button"
          className="litlab-Graph-text-button"
          aria-expanded={open}
          aria-label={trans.__("Histogram of %1", weight.name)}
          onClick={() => setOpen(!open)}
        >
          {trans.__("Histogram")}
        </button>
      )}
      {open && <Histogram service={service} source={source} weight={weight.path} trans={trans} />}
    </div>
  );
}
