import type { TranslationBundle } from "@jupyterlab/translation";
import { caretDownIcon, caretRightIcon, type LabIcon } from "@jupyterlab/ui-components";
import { defaultRangeExtractor, type Range, useVirtualizer } from "@tanstack/react-virtual";
import {
  type CSSProperties,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  useId,
  useLayoutEffect,
  useRef,
} from "react";
import { type Entry, findByPrefix, type Kind } from "./lists.js";
import { RenameBox } from "./rename-box.js";

/** A row's height, px, as in style/sidebar.css; the one that is being renamed may be taller. */
const ROW = 24;
const HEADING = 28;
/** Letters that follow within this time, ms, belong to one word. */
const TYPING = 700;

export interface SectionProps {
  readonly trans: TranslationBundle;
  readonly kind: Kind;
  readonly title: string;
  readonly icon: LabIcon;
  readonly entries: readonly Entry[];
  /** How many there are without the filter. */
  readonly total: number;
  readonly isOpen: boolean;
  readonly selected: string | null;
  readonly renamed: string | null;
  /** What to say when there is nothing to list. */
  readonly empty: ReactNode;
  readonly onToggle: () => void;
  readonly onSelect: (name: string) => void;
  readonly onOpen: (name: string) => void;
  readonly onDrag: (press: MouseEvent, name: string) => void;
  readonly onRename: (name: string, newName: string) => Promise<string | null>;
  readonly onRenameEnd: () => void;
}

/** A section of the sidebar: a heading that folds it, and a list of which only what is in view is in the page. */
export function Section(props: SectionProps) {
  const { trans, kind, title, entries, total, isOpen, onToggle } = props;
  const listId = useId();
  const count =
    entries.length === total
      ? COUNT.format(total)
      : trans.__("%1 of %2", COUNT.format(entries.length), COUNT.format(total));
  const Caret = isOpen ? caretDownIcon : caretRightIcon;
  return (
    <section
      className={`litlab-Section litlab-Section-${kind}`}
      data-open={isOpen}
      style={{ "--litlab-section-height": `${HEADING + entries.length * ROW}px` } as CSSProperties}
    >
      <h3 className="litlab-Section-heading">
        <button type="button" aria-expanded={isOpen} aria-controls={listId} onClick={onToggle}>
          <Caret.react tag="span" aria-hidden="true" />
          <span className="litlab-Section-title">{title}</span>
          <span className="litlab-Section-count">{count}</span>
        </button>
      </h3>
      <div id={listId} className="litlab-Section-body" hidden={!isOpen}>
        {isOpen && (entries.length > 0 ? <EntryList {...props} /> : <div className="litlab-Empty">{props.empty}</div>)}
      </div>
    </section>
  );
}

function EntryList(props: SectionProps) {
  const { trans, kind, title, icon, entries, selected, renamed } = props;
  const list = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", at: 0 });
  /** Whether the selected row takes the focus once it is there. */
  const wantsFocus = useRef(false);
  const selectedIndex = selected === null ? -1 : entries.findIndex(({ name }) => name === selected);
  const active = Math.max(selectedIndex, 0);
  const virtualizer = useVirtualizer({
    count: entries.length,
    getScrollElement: () => list.current,
    estimateSize: () => ROW,
    overscan: 12,
    // The row that has the focus stays in the page.
    rangeExtractor: (range: Range) =>
      [...new Set([...defaultRangeExtractor(range), Math.min(active, entries.length - 1)])].sort((a, b) => a - b),
  });

  const rowAt = (index: number) => list.current?.querySelector<HTMLElement>(`[data-index="${index}"]`);

  const wasRenamed = useRef(renamed);
  useLayoutEffect(() => {
    if (wasRenamed.current !== null && renamed === null) {
      // Its row is no taller than the others any more.
      virtualizer.measure();
      // A rename that ends gives the focus back, unless it has gone elsewhere.
      if (document.activeElement === document.body) wantsFocus.current = true;
    }
    wasRenamed.current = renamed;
    if (!wantsFocus.current || selectedIndex < 0) return;
    wantsFocus.current = false;
    rowAt(selectedIndex)?.focus({ preventScroll: true });
  });

  useLayoutEffect(() => {
    if (selectedIndex >= 0) virtualizer.scrollToIndex(selectedIndex, { align: "auto" });
  }, [selectedIndex, virtualizer]);

  const moveTo = (index: number): void => {
    const entry = entries[Math.min(Math.max(index, 0), entries.length - 1)];
    if (!entry) return;
    wantsFocus.current = true;
    if (entry.name === selected) rowAt(selectedIndex)?.focus();
    else props.onSelect(entry.name);
  };

  const typeAhead = (key: string): void => {
    const now = performance.now();
    const { text, at } = typed.current;
    typed.current = { text: now - at < TYPING ? text + key : key, at: now };
    const index = findByPrefix(entries, typed.current.text, selectedIndex);
    if (index >= 0) moveTo(index);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((list.current?.clientHeight ?? 0) / ROW) - 1);
    const moves: Record<string, number> = {
      ArrowDown: selectedIndex + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: entries.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) moveTo(to);
    else if (event.key === "Enter") props.onOpen(entries[active]?.name ?? "");
    else if (event.key.length === 1 && (event.key !== " " || typed.current.text !== "")) typeAhead(event.key);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const rows = virtualizer.getVirtualItems();
  return (
    <div
      ref={list}
      className="litlab-List"
      role="tree"
      aria-label={title}
      onKeyDown={onKeyDown}
      // What is in it does not make it as high as it would like to be: most of it is not in the page.
      style={{ containIntrinsicBlockSize: virtualizer.getTotalSize() }}
    >
      <div role="none" className="litlab-List-space" style={{ height: virtualizer.getTotalSize() }}>
        {rows.map(({ index, start }) => {
          const entry = entries[index];
          if (!entry) return null;
          const { name } = entry;
          return (
            <div
              key={name}
              // To measure each row that comes would lay the page out again each time.
              ref={renamed === name ? virtualizer.measureElement : undefined}
              role="treeitem"
              className="litlab-Row"
              data-index={index}
              data-kind={kind}
              data-name={name}
              aria-level={1}
              aria-setsize={entries.length}
              aria-posinset={index + 1}
              aria-selected={index === selectedIndex}
              aria-label={labelOf(entry, trans)}
              title={renamed === name ? undefined : entry.title}
              tabIndex={index === active ? 0 : -1}
              style={{ transform: `translateY(${start}px)` }}
              onFocus={({ target, currentTarget }) => target === currentTarget && props.onSelect(name)}
              onContextMenu={() => props.onSelect(name)}
              onDoubleClick={() => props.onOpen(name)}
              onMouseDown={(event) => props.onDrag(event, name)}
            >
              <Swatch color={entry.color} icon={icon} />
              {renamed === name ? (
                <RenameBox
                  trans={trans}
                  name={name}
                  onRename={(newName) => props.onRename(name, newName)}
                  onCancel={() => {
                    wantsFocus.current = true;
                    props.onRenameEnd();
                  }}
                />
              ) : (
                <>
                  <span className="litlab-Row-name">{name}</span>
                  {kind === "item" && <span className="litlab-Row-value">{shortNumber(entry.value)}</span>}
                  {kind !== "asset" && <span className="litlab-Row-date">{entry.date}</span>}
                </>
              )}
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Swatch({ color, icon }: { color: string | null; icon: LabIcon }) {
  if (color) return <span className="litlab-Row-swatch" style={{ backgroundColor: color }} aria-hidden="true" />;
  return <icon.react tag="span" className="litlab-Row-icon" aria-hidden="true" />;
}

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const COUNT = new Intl.NumberFormat("en");

const shortNumber = (value: number | null): string => (value === null ? "" : NUMBER.format(value));

function labelOf({ name, value, date }: Entry, trans: TranslationBundle): string {
  const parts = [name];
  if (value !== null) parts.push(trans.__("value %1", shortNumber(value)));
  if (date) parts.push(date);
  return parts.join(", ");
}
