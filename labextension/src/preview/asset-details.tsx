import type { Result } from "@litlab/sdk/rpc";
import { useCallback } from "react";
import { assetIcon } from "../icons/icons.js";
import { Details, type DetailsProps, Empty, Header, numberText, Section, Table } from "./parts.js";
import { useLoaded } from "./use-loaded.js";

type Asset = Result<"assets.get">;
type Dataset = Asset["datasets"][number];

/** A training asset: its datasets, its files with their samples, and the first samples' values. */
export function AssetDetails(props: DetailsProps): JSX.Element {
  const { service, trans, team, name } = props;
  const load = useCallback(() => service.call("assets.get", { team, name }), [service, team, name]);
  const loaded = useLoaded(service, team, "assets", load);
  return (
    <Details loaded={loaded} trans={trans}>
      {({ length, files, datasets }) => (
        <>
          <Header target={{ kind: "asset", team, name }} icon={assetIcon} trans={trans} />
          <Section title={trans.__("Datasets")}>
            <Table
              label={trans.__("Datasets")}
              head={[trans.__("Name"), trans.__("Sample"), trans.__("Columns")]}
              rows={datasets.map(({ name, shape, columns }) => [
                name,
                `[${shape.join(", ")}]`,
                columns?.join(", ") ?? null,
              ])}
              trans={trans}
            />
          </Section>
          <Section title={trans.__("Files")}>
            <Table
              label={trans.__("Files")}
              head={[trans.__("File"), trans.__("Split"), trans.__("Samples")]}
              rows={files.map(({ path, split, length }) => [path.slice(path.lastIndexOf("/") + 1), split, length])}
              trans={trans}
            />
            <p>{trans.__("%1 samples in all", numberText(length))}</p>
          </Section>
          <Section title={trans.__("First samples")}>
            {datasets.map((dataset) => (
              <FirstSamples key={dataset.name} dataset={dataset} trans={trans} />
            ))}
          </Section>
        </>
      )}
    </Details>
  );
}

function FirstSamples({ dataset, trans }: Pick<DetailsProps, "trans"> & { readonly dataset: Dataset }): JSX.Element {
  const { name, shape, columns, first } = dataset;
  const shown = first[0]?.length ?? 0;
  const size = shape.reduce((product, length) => product * length, 1);
  const isNamed = shape.length === 1 && columns?.length === size;
  const head = Array.from({ length: shown }, (_, i) => (isNamed ? columns[i] : indexOf(i, shape)) ?? "");
  return (
    <>
      <h4>{name}</h4>
      {shown === 0 ? (
        <Empty>{trans.__("No samples.")}</Empty>
      ) : (
        <Table
          label={trans.__("First samples of %1", name)}
          head={[trans.__("Sample"), ...head]}
          rows={first.map((values, sample) => [sample, ...values])}
          trans={trans}
        />
      )}
      {shown < size && shown > 0 && (
        <p className="litlab-Card-empty">
          {trans.__("The first %1 of a sample’s %2 values.", shown, numberText(size))}
        </p>
      )}
    </>
  );
}

/** Where value `i` lies in a sample: `[0, 3]`. */
function indexOf(i: number, shape: readonly number[]): string {
  let rest = i;
  const indices = shape.toReversed().map((length) => {
    const index = rest % length;
    rest = Math.floor(rest / length);
    return index;
  });
  return `[${indices.toReversed().join(", ")}]`;
}
