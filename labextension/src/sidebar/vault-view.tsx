import type { TranslationBundle } from "@jupyterlab/translation";
import {
  Button,
  caretDownIcon,
  caretUpIcon,
  fileUploadIcon,
  folderIcon,
  HTMLSelect,
  type LabIcon,
  refreshIcon,
} from "@jupyterlab/ui-components";
import type { CommandRegistry } from "@lumino/commands";
import { assetIcon, canvasIcon, modelIcon } from "../icons/icons.js";
import { dragOnMove } from "../notebook-cells/drag-cell.js";
import { COMMANDS } from "./command-ids.js";
import { ImportList } from "./import-list.js";
import type { Imports } from "./imports.js";
import { KINDS, type Kind, SORT_KEYS, type Sort, type SortKey } from "./lists.js";
import { Section } from "./section.js";
import { useChanges } from "./use-changes.js";
import { nextSort, type VaultModel } from "./vault-model.js";

export interface VaultViewProps {
  readonly model: VaultModel;
  readonly imports: Imports;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly folded: ReadonlySet<Kind>;
  readonly onFold: (kind: Kind) => void;
  readonly onSort: (sort: Sort) => void;
}

const ICONS: Record<Kind, LabIcon> = { item: modelIcon, asset: assetIcon, canvas: canvasIcon };

/** The vault's sidebar: team, filter, sections, and what can be done where there is nothing to list. */
export function VaultView(props: VaultViewProps) {
  const { model, imports, trans } = props;
  useChanges(model);
  return (
    <div className="litlab-VaultView">
      <Header {...props} />
      <ImportList imports={imports} trans={trans} />
      {model.problem !== null && <Problem {...props} problem={model.problem} />}
      {model.problem === null && (model.isStarting || model.teams === null) && <Starting {...props} />}
      {model.teams?.length === 0 ? <NoTeams trans={trans} /> : model.isLoaded && <Sections {...props} />}
    </div>
  );
}

function Header({ model, trans, commands, onSort }: VaultViewProps) {
  const teams = model.teams ?? [];
  const action = (id: string, icon: LabIcon) => (
    <Button
      minimal
      aria-label={commands.label(id)}
      title={commands.caption(id) || commands.label(id)}
      disabled={!commands.isEnabled(id)}
      onClick={() => void commands.execute(id)}
    >
      <icon.react tag="span" aria-hidden="true" />
    </Button>
  );
  return (
    <div className="litlab-Header">
      <div className="litlab-Header-row">
        <HTMLSelect
          aria-label={trans.__("Team")}
          options={[...teams]}
          value={model.team ?? undefined}
          disabled={teams.length === 0}
          onChange={({ target }) => model.chooseTeam(target.value)}
        />
        {action(COMMANDS.importModel, folderIcon)}
        {action(COMMANDS.uploadModel, fileUploadIcon)}
        {action(COMMANDS.refresh, refreshIcon)}
      </div>
      <input
        type="search"
        className="litlab-Filter jp-mod-styled"
        aria-label={trans.__("Filter the vault")}
        placeholder={trans.__("Filter by name, model, date")}
        spellCheck={false}
        value={model.filter}
        onChange={({ target }) => {
          model.filter = target.value;
        }}
        onKeyDown={({ key }) => {
          if (key === "Escape") model.filter = "";
        }}
      />
      <SortBar model={model} trans={trans} onSort={onSort} />
    </div>
  );
}

function SortBar({ model, trans, onSort }: Pick<VaultViewProps, "model" | "trans" | "onSort">) {
  const { by, descending } = model.sort;
  const titles: Record<SortKey, string> = { name: trans.__("Name"), value: trans.__("Value"), date: trans.__("Date") };
  const Caret = descending ? caretDownIcon : caretUpIcon;
  const order = descending ? trans.__("descending") : trans.__("ascending");
  return (
    <fieldset className="litlab-Sort" aria-label={trans.__("Sort by")}>
      {SORT_KEYS.map((key) => (
        <button
          key={key}
          type="button"
          className={`litlab-Sort-${key}`}
          aria-pressed={key === by}
          aria-label={key === by ? `${titles[key]}, ${order}` : titles[key]}
          onClick={() => onSort(nextSort(model.sort, key))}
        >
          {titles[key]}
          {key === by && <Caret.react tag="span" aria-hidden="true" />}
        </button>
      ))}
    </fieldset>
  );
}

function Sections({ model, trans, commands, folded, onFold }: VaultViewProps) {
  const titles: Record<Kind, string> = {
    item: trans.__("Items"),
    asset: trans.__("Assets"),
    canvas: trans.__("Canvases"),
  };
  const { selection, renamed } = model;
  const isFiltered = model.filter.trim() !== "";
  const found = KINDS.reduce((sum, kind) => sum + model.shown(kind).length, 0);
  if (isFiltered && found === 0)
    return (
      <div className="litlab-Empty" role="status">
        <p>{trans.__("Nothing in the vault matches “%1”.", model.filter)}</p>
        <Button
          className="jp-mod-styled jp-mod-accept"
          onClick={() => {
            model.filter = "";
          }}
        >
          {trans.__("Clear the Filter")}
        </Button>
      </div>
    );
  const empty: Record<Kind, string> = {
    item: trans.__("This team has no models yet. Drop a .keras or .h5 file here, or import one."),
    asset: trans.__("This team has no assets yet. buildAsset in a notebook makes one."),
    canvas: trans.__("This team has no canvases yet."),
  };
  return (
    <div className="litlab-Sections">
      {KINDS.map((kind) => (
        <Section
          key={kind}
          trans={trans}
          kind={kind}
          title={titles[kind]}
          icon={ICONS[kind]}
          entries={model.shown(kind)}
          total={model.count(kind)}
          isOpen={!folded.has(kind)}
          selected={selection?.kind === kind ? selection.name : null}
          renamed={renamed?.kind === kind ? renamed.name : null}
          empty={
            isFiltered && model.count(kind) > 0 ? (
              <p>{trans.__("Nothing here matches the filter.")}</p>
            ) : (
              <>
                <p>{empty[kind]}</p>
                {kind === "item" && (
                  <Button
                    className="jp-mod-styled jp-mod-accept"
                    onClick={() => void commands.execute(COMMANDS.importModel)}
                  >
                    {trans.__("Import a Model…")}
                  </Button>
                )}
              </>
            )
          }
          onToggle={() => onFold(kind)}
          onSelect={(name) => model.select({ kind, name })}
          onOpen={(name) => {
            model.select({ kind, name });
            void commands.execute(COMMANDS.open);
          }}
          onDrag={({ nativeEvent }, name) => dragOnMove(nativeEvent, { kind, team: model.team ?? "", name }, name)}
          onRename={(name, newName) => model.rename({ kind, name }, newName)}
          onRenameEnd={() => model.endRename()}
        />
      ))}
    </div>
  );
}

function Problem({ model, trans, problem }: VaultViewProps & { problem: string }) {
  return (
    <div className="litlab-Problem" role="alert">
      <p>{problem}</p>
      <Button className="jp-mod-styled jp-mod-accept" onClick={() => void model.reload()}>
        {trans.__("Retry")}
      </Button>
    </div>
  );
}

function Starting({ model, trans }: VaultViewProps) {
  const text = model.isStarting ? trans.__("Starting the vault’s service…") : trans.__("Loading the vault…");
  return (
    <div className="litlab-Starting" role="status">
      <span>{text}</span>
      <progress aria-label={text} />
    </div>
  );
}

function NoTeams({ trans }: Pick<VaultViewProps, "trans">) {
  return (
    <div className="litlab-Empty" role="status">
      <p>{trans.__("There is no team in the vault’s home yet.")}</p>
      <p>
        {trans.__("importModel in a notebook makes one, and so does this command in a terminal:")}{" "}
        <code>npx --no-install litlab demo DIR</code>
      </p>
    </div>
  );
}
