import type { Hook } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';

/** oclif calls this for a first word that is no command. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  const [wanted = id] = id.split(':');
  const near = config.commandIDs.find((known) => editDistance(known, wanted) <= 2);
  throw new ForesyncError('usage', 'unknown-command', `There is no command "${wanted}".`, {
    hint: near
      ? `Did you mean "${near}"? "${config.bin} --help" lists all.`
      : `"${config.bin} --help" lists all.`,
  });
};

export default commandNotFound;

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
