import type { TranslationBundle } from "@jupyterlab/translation";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { messageOf } from "../message-of.js";

export interface RenameBoxProps {
  readonly trans: TranslationBundle;
  readonly name: string;
  /** Resolves to what is said against the name; null if it is done. */
  readonly onRename: (name: string) => Promise<string | null>;
  readonly onCancel: () => void;
}

/** A name while a person changes it: Enter takes it, Escape leaves it, what the service says stands below. */
export function RenameBox({ trans, name, onRename, onCancel }: RenameBoxProps) {
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(name);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const problemId = useId();

  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  const submit = async (): Promise<void> => {
    if (isBusy) return;
    if (text === name) {
      onCancel();
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      setProblem(await onRename(text));
    } catch (error) {
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // The list has a use of its own for keys.
    event.stopPropagation();
    if (event.key === "Enter") void submit();
    else if (event.key === "Escape") onCancel();
  };
  // As in the file browser, leaving takes the name; what was refused is left as it was.
  const onBlur = (): void => {
    if (problem) onCancel();
    else void submit();
  };

  return (
    <div className="litlab-Rename">
      <input
        ref={input}
        className="litlab-Rename-input jp-mod-styled"
        aria-label={trans.__("New name of %1", name)}
        aria-invalid={problem !== null}
        aria-describedby={problem ? problemId : undefined}
        aria-busy={isBusy}
        readOnly={isBusy}
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(null);
        }}
        onKeyDown={onKeyDown}
        onBlur={onBlur}
        onDoubleClick={(event) => event.stopPropagation()}
        onMouseDown={(event) => event.stopPropagation()}
      />
      {problem && (
        <div id={problemId} className="litlab-Rename-problem" role="alert">
          {problem}
        </div>
      )}
    </div>
  );
}
