/**
 * A notebook for the kernel TypeScript (Lit Lab), as a file has it.
 * @param tags of the first cell
 */
export function notebookText(sources: readonly string[], tags: readonly string[] = []): string {
  const cells = sources.map((source, i) => ({
    cell_type: "code",
    id: `cell-${i}`,
    metadata: i === 0 && tags.length > 0 ? { tags } : {},
    execution_count: null,
    outputs: [],
    source,
  }));
  const kernelspec = { name: "litlab", display_name: "TypeScript (Lit Lab)", language: "typescript" };
  return JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 });
}
