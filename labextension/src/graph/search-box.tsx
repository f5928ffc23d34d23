import type { TranslationBundle } from "@jupyterlab/translation";
import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from "react";
import type { Graph } from "./graph.js";
import { search } from "./search.js";

interface SearchBoxProps {
  readonly graph: Graph;
  readonly trans: TranslationBundle;
  readonly input: RefObject<HTMLInputElement>;
  readonly onChoose: (box: string) => void;
}

/** Finds nodes by name or type as one types; Enter or a click goes there. */
export function SearchBox({ graph, trans, input, onChoose }: SearchBoxProps) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const found = useMemo(() => search(graph, text), [graph, text]);
  const shown = open && text.trim() !== "";
  const choose = (index: number) => {
    const box = found[index]?.box;
    if (box === undefined) return;
    setOpen(false);
    onChoose(box);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    event.stopPropagation();
    const { key } = event;
    if (key === "Enter") choose(chosen);
    else if (key === "Escape") setOpen(false);
    else if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = key === "ArrowDown" ? 1 : found.length - 1;
      if (found.length > 0) setChosen((chosen + step) % found.length);
    }
  };
  return (
    <div className="litlab-Graph-search">
      <input
        ref={input}
        type="search"
        className="jp-mod-styled"
        role="combobox"
        aria-label={trans.__("Find a node")}
        aria-expanded={shown}
        aria-controls={list}
        aria-autocomplete="list"
        aria-activedescendant={shown && found.length > 0 ? `${list}-${chosen}` : undefined}
        placeholder={trans.__("Find a node")}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          setChosen(0);
          setOpen(true);
        }}
        onKeyDown={onKeyDown}
        onBlur={() => setOpen(false)}
      />
      <div className="litlab-Graph-found" id={list} role="listbox" aria-label={trans.__("Nodes found")} hidden={!shown}>
        {found.map(({ box, title, type }, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: the input has the focus and hears the keys.
          <div
            key={box}
            id={`${list}-${i}`}
            role="option"
            aria-selected={i === chosen}
            // The input keeps the focus.
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => choose(i)}
          >
            <span>{title}</span> <span className="litlab-Graph-type">{type}</span>
          </div>
        ))}
      </div>
      {shown && found.length === 0 && (
        <div className="litlab-Graph-found" role="status">
          {trans.__("No node is called this.")}
        </div>
      )}
    </div>
  );
}
