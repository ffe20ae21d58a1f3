/** A row of a table for who cannot see its columns: `phase snapshot, took 4.0 s, 200,000 rows.`; empty cells say nothing. */
export function rowSentence(headings: readonly string[], cells: readonly string[]): string {
  const told = cells.flatMap((cell, index) => {
    const text = cell.trim();
    const heading = (headings[index] ?? '').toLowerCase().replace('utc', 'UTC');
    if (text === '' || text === '-') return [];
    // `200,000 rows` says itself what it is.
    const saysItself = [heading, heading.replace(/s$/, '')].some((word) => text.endsWith(` ${word}`));
    return heading === '' || saysItself ? [text] : [`${heading} ${text}`];
  });
  return `${told.join(', ')}.`;
}
