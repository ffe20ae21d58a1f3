import type { Hook } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';
import { nearWord } from '../core/near-word.ts';

/** oclif calls this for words that are no command. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  throw unknownCommand(id, config);
};

export default commandNotFound;

/** `id` is as oclif joins the words, with colons; what follows a command that takes no words is part of it. */
export function unknownCommand(
  id: string,
  { bin, commandIDs }: { bin: string; commandIDs: readonly string[] },
): ForesyncError {
  if (id.startsWith('-')) {
    const message = `There is no flag ${id.replace(/[=:].*$/s, '')} without a command.`;
    return new ForesyncError('usage', 'usage', message, { hint: `'${bin} --help' lists all commands.` });
  }
  const words = id.split(':');
  const parent = commandIDs
    .filter((known) => id.startsWith(`${known}:`))
    .toSorted((one, other) => other.length - one.length)[0];
  const known = parent === undefined ? 0 : parent.split(':').length;
  const wanted = words.slice(0, known + 1).join(' ');
  const near = nearWord(
    wanted,
    commandIDs.map((one) => one.replaceAll(':', ' ')).filter((one) => one !== parent),
  );
  const lists = `'${[bin, ...words.slice(0, known)].join(' ')} --help' lists all.`;
  return new ForesyncError('usage', 'unknown-command', `There is no command "${wanted}".`, {
    hint: near === undefined ? lists : `Did you mean "${near}"? ${lists}`,
  });
}
