import type { TranslationBundle } from "@jupyterlab/translation";
import type { Params, Result } from "@litlab/sdk/rpc";
import { useEffect, useState } from "react";
import { messageOf } from "../message-of.js";
import type { IVaultService } from "../service/tokens.js";

type Counted = Result<"models.histogram">;

export interface HistogramProps {
  readonly service: IVaultService;
  readonly source: Params<"models.histogram">["source"];
  readonly weight: string;
  readonly trans: TranslationBundle;
}

const [WIDTH, HEIGHT] = [272, 72];

/** How a weight's values are distributed; it is counted once this is on the page. */
export function Histogram({ service, source, weight, trans }: HistogramProps) {
  const [counted, setCounted] = useState<Counted | string | null>(null);
  useEffect(() => {
    let current = true;
    service.call("models.histogram", { source, weight }).then(
      (value) => current && setCounted(value),
      (error: unknown) => current && setCounted(messageOf(error)),
    );
    return () => {
      current = false;
    };
  }, [service, source, weight]);
  if (counted === null) return <p role="status">{trans.__("Counting…")}</p>;
  if (typeof counted === "string")
    return (
      <p className="litlab-Graph-problem" role="alert">
        {counted}
      </p>
    );
  return <Bars counted={counted} weight={weight} trans={trans} />;
}

function Bars({ counted, weight, trans }: { counted: Counted; weight: string; trans: TranslationBundle }) {
  const { edges, counts, mean, deviation, invalid } = counted;
  const most = Math.max(1, ...counts);
  const width = WIDTH / Math.max(1, counts.length);
  const [least, largest] = [edges[0], edges.at(-1)];
  return (
    <figure className="litlab-Histogram">
      <svg
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={trans.__("Values of %1 from %2 to %3", weight, number(least), number(largest))}
      >
        {counts.map((count, i) => (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place.
            key={i}
            x={i * width}
            y={HEIGHT - (count / most) * HEIGHT}
            width={Math.max(1, width - 1)}
            height={(count / most) * HEIGHT}
          >
            <title>
              {trans._n("%2 to %3: %1 value", "%2 to %3: %1 values", count, number(edges[i]), number(edges[i + 1]))}
            </title>
          </rect>
        ))}
      </svg>
      <figcaption>
        <span>{number(least)}</span>
        <span>
          {mean !== null && trans.__("mean %1, deviation %2", number(mean), number(deviation))}
          {invalid > 0 && ` ${trans._n("%1 value is no number", "%1 values are no number", invalid)}`}
        </span>
        <span>{number(largest)}</span>
      </figcaption>
    </figure>
  );
}

const number = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : String(Number(value.toPrecision(4)));
