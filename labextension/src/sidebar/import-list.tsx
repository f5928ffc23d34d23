import type { TranslationBundle } from "@jupyterlab/translation";
import { Button } from "@jupyterlab/ui-components";
import { useId, useState } from "react";
import { type Import, type Imports, isModelFile } from "./imports.js";
import { useChanges } from "./use-changes.js";

/** Imports under way with their progress, and those that failed with what can be done. */
export function ImportList({ imports, trans }: { imports: Imports; trans: TranslationBundle }) {
  useChanges(imports);
  if (imports.list.length === 0) return null;
  return (
    <ul className="litlab-Imports" aria-label={trans.__("Imports")}>
      {imports.list.map((job) => (
        <li key={job.id} className="litlab-Import">
          {job.problem === null ? (
            <Running job={job} imports={imports} trans={trans} />
          ) : (
            <Failed job={job} problem={job.problem} imports={imports} trans={trans} />
          )}
        </li>
      ))}
    </ul>
  );
}

interface JobProps {
  readonly job: Import;
  readonly imports: Imports;
  readonly trans: TranslationBundle;
}

function Running({ job: { id, fileName, message, share, isUploading }, imports, trans }: JobProps) {
  return (
    <>
      <div className="litlab-Import-title">
        <span className="litlab-Import-name">{fileName}</span>
        <span className="litlab-Import-message">{message}</span>
        {isUploading && (
          <Button minimal small onClick={() => imports.dismiss(id)}>
            {trans.__("Cancel")}
          </Button>
        )}
      </div>
      <progress aria-label={trans.__("Import of %1", fileName)} max={1} value={share ?? undefined} />
    </>
  );
}

function Failed({ job, problem, imports, trans }: JobProps & { problem: string }) {
  const [name, setName] = useState(job.name);
  const problemId = useId();
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        imports.retry(job.id, name);
      }}
    >
      <div className="litlab-Import-title">
        <span className="litlab-Import-name">{job.fileName}</span>
      </div>
      <div id={problemId} className="litlab-Import-problem" role="alert">
        {problem}
      </div>
      <div className="litlab-Import-again">
        {isModelFile(job.fileName) && (
          <>
            <input
              className="jp-mod-styled"
              aria-label={trans.__("Name for %1", job.fileName)}
              aria-describedby={problemId}
              spellCheck={false}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <Button type="submit" className="jp-mod-styled jp-mod-accept">
              {trans.__("Import")}
            </Button>
          </>
        )}
        <Button type="button" className="jp-mod-styled" onClick={() => imports.dismiss(job.id)}>
          {trans.__("Dismiss")}
        </Button>
      </div>
    </form>
  );
}
