const mostSlips = 2;

/** The known word that is fewest slips of the pen away, the first of several, and at most two; undefined where none is. */
export function nearWord(wanted: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((word) => ({ word, slips: editDistance(word, wanted) }))
    .filter(({ slips }) => slips <= mostSlips)
    .toSorted((one, other) => one.slips - other.slips);
  return nearest?.word;
}

/** Levenshtein's distance, of words cut to 30 characters: inserts, deletes and changes that turn one into the other. */
function editDistance(left: string, right: string): number {
  const columns = [...right.slice(0, 30)];
  let above = columns.map((_, index) => index + 1);
  for (const [row, character] of [...left.slice(0, 30)].entries()) {
    let diagonal = row;
    let before = row + 1;
    above = columns.map((other, column) => {
      const up = above[column] ?? 0;
      const best = Math.min(up + 1, before + 1, diagonal + (other === character ? 0 : 1));
      diagonal = up;
      before = best;
      return best;
    });
  }
  return above.at(-1) ?? left.length;
}
