import type { TranslationBundle } from "@jupyterlab/translation";
import type { LabIcon } from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import type { ReadonlyJSONObject } from "@lumino/coreutils";
import { type ReactNode, useId, useState } from "react";
import { dragOnMove } from "../notebook-cells/drag-cell.js";
import type { VaultTarget } from "../notebook-cells/snippets.js";
import type { IVaultService } from "../service/tokens.js";
import type { Loaded } from "./use-loaded.js";

/** What the details of an item and of an asset take. */
export interface DetailsProps {
  readonly service: IVaultService;
  readonly trans: TranslationBundle;
  readonly team: string;
  readonly name: string;
  /** Open what the details name. */
  readonly commands: CommandRegistry;
}

/** What is loaded, or that it is being loaded, or why it could not be. */
export function Details<T>(props: {
  readonly loaded: Loaded<T>;
  readonly trans: TranslationBundle;
  readonly children: (value: T) => ReactNode;
}): JSX.Element {
  const { loaded, trans, children } = props;
  const { value, problem, isLoading, retry } = loaded;
  if (problem !== null)
    return (
      <div className="litlab-Card-problem" role="alert">
        <p>{problem}</p>
        <button type="button" className="jp-mod-styled" onClick={retry}>
          {isLoading ? trans.__("Loading…") : trans.__("Retry")}
        </button>
      </div>
    );
  if (value === null)
    return (
      <p className="litlab-Card-loading" role="status">
        {trans.__("Loading…")}
      </p>
    );
  return <div className="litlab-Card">{children(value)}</div>;
}

/** The name of what the details are of; dragged into a notebook it becomes a cell. */
export function Header(props: {
  readonly target: VaultTarget;
  readonly icon: LabIcon;
  readonly trans: TranslationBundle;
  /** A CSS colour. */
  readonly color?: string | null;
}): JSX.Element {
  const { target, icon, trans, color = null } = props;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging is for the mouse, a command does the same by keyboard
    <header
      className="litlab-Card-header"
      title={trans.__("Drag into a notebook to insert a cell")}
      onMouseDown={(event) => dragOnMove(event, target, target.name)}
    >
      <icon.react tag="span" className="litlab-Card-icon" />
      <h2>{target.name}</h2>
      {color !== null && CSS.supports("color", color) && (
        <span className="litlab-Card-color" role="img" aria-label={color} style={{ backgroundColor: color }} />
      )}
    </header>
  );
}

export function Section(props: { readonly title: string; readonly children: ReactNode }): JSX.Element {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{props.title}</h3>
      {props.children}
    </section>
  );
}

export const Empty = ({ children }: { readonly children: string }): JSX.Element => (
  <p className="litlab-Card-empty">{children}</p>
);

/** A button that runs a command, or its text where nobody has the command. */
export function CommandLink(props: {
  readonly commands: CommandRegistry;
  readonly command: string;
  readonly args: ReadonlyJSONObject;
  readonly children: string;
}): JSX.Element {
  const { commands, command, args, children } = props;
  if (!commands.hasCommand(command)) return <span>{children}</span>;
  return (
    <button type="button" className="litlab-Link" onClick={() => void commands.execute(command, args)}>
      {children}
    </button>
  );
}

type Cell = string | number | null;

/** Rows that are shown before somebody asks for more. */
const ROWS = 200;

/** A table; columns of numbers stand to the right. */
export function Table(props: {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly trans: TranslationBundle;
}): JSX.Element {
  const { label, head, rows, trans } = props;
  const [shown, setShown] = useState(ROWS);
  const rest = rows.length - shown;
  const isNumeric = head.map(
    (_, column) =>
      rows.some((row) => typeof row[column] === "number") && rows.every((row) => typeof row[column] !== "string"),
  );
  const className = (column: number) => (isNumeric[column] ? "litlab-mod-number" : undefined);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="litlab-Table" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {head.map((title, column) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows and columns have no other key
              <th key={column} scope="col" className={className(column)}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shown).map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows and columns have no other key
            <tr key={index}>
              {row.map((cell, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: rows and columns have no other key
                <td key={column} className={className(column)}>
                  {typeof cell === "number" ? numberText(cell) : (cell ?? "–")}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <button type="button" className="litlab-Link" onClick={() => setShown(shown + 10 * ROWS)}>
          {trans._n("%1 more row", "%1 more rows", rest)}
        </button>
      )}
    </section>
  );
}

/** A number with six digits, and all those of a whole one. */
export const numberText = (value: number): string =>
  Number.isInteger(value) ? value.toLocaleString() : String(Number(value.toPrecision(6)));

/** A shape as Keras prints it, with the batch's axis; open sizes are None. */
export const batchShape = (shape: readonly (number | null)[]): string =>
  `(${["None", ...shape.map((size) => size ?? "None")].join(", ")})`;
