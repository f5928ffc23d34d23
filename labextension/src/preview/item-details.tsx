import type { Result } from "@litlab/sdk/rpc";
import { useCallback, useEffect } from "react";
import { modelIcon } from "../icons/icons.js";
import {
  batchShape,
  CommandLink,
  Details,
  type DetailsProps,
  Empty,
  Header,
  numberText,
  Section,
  Table,
} from "./parts.js";
import { useLoaded } from "./use-loaded.js";

export type Item = Result<"items.get">;

/** A vault item: its record, what goes in and comes out, its layers, file, assets and canvas, and where it came from. */
export function ItemDetails(props: DetailsProps & { readonly onLoad?: (item: Item) => void }): JSX.Element {
  const { service, trans, team, name, onLoad } = props;
  const load = useCallback(() => service.call("items.get", { team, name }), [service, team, name]);
  const loaded = useLoaded(service, team, "items", load);
  const item = loaded.value;
  useEffect(() => {
    if (item) onLoad?.(item);
  }, [item, onLoad]);
  return (
    <Details loaded={loaded} trans={trans}>
      {(item) => (
        <>
          <Header target={{ kind: "item", team, name }} icon={modelIcon} trans={trans} color={item.color} />
          <Section title={trans.__("Record")}>
            <Record details={item.details} />
          </Section>
          <Ports {...props} item={item} />
          <Layers {...props} item={item} />
          <Section title={trans.__("Model file")}>
            <p className="litlab-Card-path">{item.file.path}</p>
            <p>{trans.__("%1, %2 bytes", item.model, numberText(item.file.bytes))}</p>
          </Section>
          <Related {...props} item={item} />
          <Section title={trans.__("History")}>
            <History {...props} item={item} />
          </Section>
        </>
      )}
    </Details>
  );
}

type PartProps = DetailsProps & { readonly item: Item };

/** Keys and values as the reference spells them. */
function Record({ details }: { readonly details: Item["details"] }): JSX.Element {
  return (
    <dl className="litlab-Record">
      {Object.entries(details).map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd className={value === null ? "litlab-mod-null" : undefined}>
            {typeof value === "string" ? value : JSON.stringify(value)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Ports({ item: { inputs, outputs }, trans }: PartProps): JSX.Element {
  const rows = (ports: Item["inputs"]) =>
    ports.map(({ name, shape, uses }) => [name, batchShape(shape), uses.length > 0 ? uses.join(", ") : null]);
  return (
    <>
      <Section title={trans.__("Inputs")}>
        <Table
          label={trans.__("Inputs")}
          head={[trans.__("Name"), trans.__("Shape"), trans.__("Features")]}
          rows={rows(inputs)}
          trans={trans}
        />
      </Section>
      <Section title={trans.__("Outputs")}>
        <Table
          label={trans.__("Outputs")}
          head={[trans.__("Name"), trans.__("Shape"), trans.__("Label")]}
          rows={rows(outputs)}
          trans={trans}
        />
      </Section>
    </>
  );
}

function Layers({ item: { layers, problem }, trans }: PartProps): JSX.Element {
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  return (
    <Section title={trans.__("Layers")}>
      {problem !== null && <p className="litlab-Card-note">{problem}</p>}
      {layers.length > 0 && (
        <>
          <Table
            label={trans.__("Layers")}
            head={[trans.__("Name"), trans.__("Type"), trans.__("Output shape"), trans.__("Parameters")]}
            rows={layers.map(({ name, type, shape, parameters }) => [name, type, shape || null, parameters])}
            trans={trans}
          />
          <p>{trans.__("%1 parameters in all", numberText(parameters))}</p>
        </>
      )}
    </Section>
  );
}

function Related({ item, team, trans, commands }: PartProps): JSX.Element {
  return (
    <>
      <Section title={trans.__("Assets")}>
        {item.assets.length === 0 ? (
          <Empty>{trans.__("No asset of the team fits its inputs.")}</Empty>
        ) : (
          <ul>
            {item.assets.map((name) => (
              <li key={name}>
                <CommandLink commands={commands} command="litlab:open-asset" args={{ team, name }}>
                  {name}
                </CommandLink>
              </li>
            ))}
          </ul>
        )}
      </Section>
      <Section title={trans.__("Canvas")}>
        {item.hasCanvas ? (
          <CommandLink commands={commands} command="litlab:open-canvas" args={{ team, item: item.name }}>
            {trans.__("Open the canvas that the model was drawn on")}
          </CommandLink>
        ) : (
          <Empty>{trans.__("The model was not drawn on a canvas.")}</Empty>
        )}
      </Section>
    </>
  );
}

/** What the record says of the item's life. */
function History({ item: { dateAdded, details, model }, trans }: PartProps): JSX.Element {
  const date = new Date(dateAdded.replace(" ", "T"));
  const when = Number.isNaN(date.getTime()) ? dateAdded : date.toLocaleString();
  const { host, project, runid, epoch } = details;
  return (
    <ol>
      {project !== null && (
        <li>{trans.__("Trained in %1, run %2, epoch %3", String(project), String(runid), String(epoch))}</li>
      )}
      <li>
        <time dateTime={dateAdded}>{when}</time>{" "}
        {project === null
          ? trans.__("imported from %1 on %2", model, String(host))
          : trans.__("added as %1 on %2", model, String(host))}
      </li>
    </ol>
  );
}
