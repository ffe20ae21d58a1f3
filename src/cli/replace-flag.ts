import { Flags } from '@oclif/core';

/** A flag that lets a command write over a file; without it one that is there is refused. */
export const replaceFlag = (options: { dependsOn?: string[] } = {}) =>
  Flags.boolean({ description: 'Write over a file that is there.', ...options });
