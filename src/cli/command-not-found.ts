import type { Hook } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';
import { nearWord } from './near-word.ts';

/** oclif calls this for first words that are no command; it joins them with colons, those behind a command that has others below it too. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  const [first = id, second] = id.split(':');
  const wanted = config.commandIDs.includes(first) && second !== undefined ? `${first} ${second}` : first;
  const near = nearWord(
    wanted,
    config.commandIDs.map((known) => known.replaceAll(':', ' ')),
  );
  throw new ForesyncError('usage', 'unknown-command', `There is no command "${wanted}".`, {
    hint: near
      ? `Did you mean "${near}"? "${config.bin} --help" lists all.`
      : `"${config.bin} --help" lists all.`,
  });
};

export default commandNotFound;
