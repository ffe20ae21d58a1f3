import { statSync } from 'node:fs';
import path from 'node:path';
import { Flags } from '@oclif/core';
import { printable } from '../core/text.ts';
import { usageError } from './base-command.ts';

/** A flag that takes a program of this machine and gives its absolute path; whether a host will need it shows only there. */
export const runtimeFlag = Flags.custom<string>({
  description: 'A Node program to bring to hosts that have none.',
  helpValue: 'FILE',
  parse: async (input) => {
    const file = path.resolve(input);
    if (input === '' || !statSync(file, { throwIfNoEntry: false })?.isFile())
      throw usageError(
        `There is no file '${printable(input)}'.`,
        'Name the node program itself, such as /opt/node/bin/node.',
      );
    return file;
  },
})();
