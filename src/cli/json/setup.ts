import { z } from 'zod';
import { groupShape } from '../../core/group/config-shape.ts';
import { doctorJson } from './checks.ts';
import { flag, text } from './figures.ts';

const { group, table, lead, replicas, pin, exclude } = groupShape.shape;

export const initJson = doctorJson.extend({
  file: text('The foresync.yaml, its absolute path.'),
  written: flag('It was written.'),
  dryRun: flag('It was only told.'),
  checked: flag('The replicas were looked at; without, nothing is known of them.'),
  document: z
    .strictObject({ group, table, lead, replicas, pin: pin.optional(), exclude: exclude.optional() })
    .describe('What it holds.'),
  text: text('The file as it is written.'),
});

export const completionJson = z.strictObject({
  shell: z.enum(['bash', 'zsh', 'fish']),
  script: text('What the shell is to read.'),
});
