const mostSlips = 2;

/**
 * The known word that is fewest slips of the pen away, the first of several: two at most, and fewer than half of the letters that were written, as a
 * word of other letters is no slip. Undefined where none is.
 */
export function nearWord(wanted: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((word) => ({ word, slips: slipsBetween(word, wanted) }))
    .filter(({ slips }) => slips <= mostSlips && slips * 2 < wanted.length)
    .toSorted((one, other) => one.slips - other.slips);
  return nearest?.word;
}

/**
 * The optimal string alignment distance, of words cut to 30 characters: letters put in, left out, taken for others, and neighbours that changed
 * places, that turn one into the other.
 */
function slipsBetween(left: string, right: string): number {
  const rows = [...left.slice(0, 30)];
  const columns = [...right.slice(0, 30)];
  let twoAbove: number[] = [];
  let above = [0, ...columns.map((_, column) => column + 1)];
  for (const [row, letter] of rows.entries()) {
    const here = [row + 1];
    for (const [column, other] of columns.entries()) {
      const changed = (above[column] ?? 0) + (letter === other ? 0 : 1);
      const swapped =
        letter === columns[column - 1] && rows[row - 1] === other
          ? (twoAbove[column - 1] ?? 0) + 1
          : Number.POSITIVE_INFINITY;
      here.push(Math.min((above[column + 1] ?? 0) + 1, (here[column] ?? 0) + 1, changed, swapped));
    }
    twoAbove = above;
    above = here;
  }
  return above.at(-1) ?? rows.length;
}
