/** A row of a table for who cannot see its columns: `phase snapshot, took 4.0 s, rows 200,000.`; empty cells say nothing. */
export function rowSentence(headings: readonly string[], cells: readonly string[]): string {
  const told = cells.flatMap((cell, index) => {
    const text = cell.trim();
    return text === '' || text === '-' ? [] : [`${(headings[index] ?? '').toLowerCase()} ${text}`.trim()];
  });
  return `${told.join(', ')}.`;
}
