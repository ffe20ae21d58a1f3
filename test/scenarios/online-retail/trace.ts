import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../../support/cli.ts';
import { syntheticTrace } from './synthetic-trace.ts';

export interface Read {
  timeMs: number;
  key: string;
}

export interface Trace {
  /** Sorted by time. */
  reads: Read[];
  /** In words, for the test's report. */
  source: string;
}

/**
 * The reads of a UK shop's year (UCI Online Retail), from the folder FORESYNC_TRACES, by default shared/traces beside
 * the checkout; where it is not there, a synthetic trace of the same shape.
 */
export function readTrace(): Trace {
  const folder = process.env.FORESYNC_TRACES ?? path.join(projectRoot, '../shared/traces');
  const file = path.join(folder, 'online_retail.tsv.gz');
  if (!existsSync(file)) {
    return { reads: syntheticTrace(7), source: `a seeded synthetic trace, since there is no ${file}` };
  }
  const lines = gunzipSync(readFileSync(file)).toString('utf8').trimEnd().split('\n');
  const reads = lines.map((line) => {
    const [time = '', , key = ''] = line.split('\t');
    return { timeMs: Number(time), key };
  });
  return { reads, source: file };
}
