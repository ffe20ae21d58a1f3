import type { Hook } from '@oclif/core';
import { ForesyncError } from '../core/errors.ts';
import { nearWord } from './near-word.ts';

/** oclif calls this for a first word that is no command. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config }) => {
  const [wanted = id] = id.split(':');
  const near = nearWord(wanted, config.commandIDs);
  throw new ForesyncError('usage', 'unknown-command', `There is no command "${wanted}".`, {
    hint: near
      ? `Did you mean "${near}"? "${config.bin} --help" lists all.`
      : `"${config.bin} --help" lists all.`,
  });
};

export default commandNotFound;
