import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { freePort } from '../../test/support/free-port.ts';
import type { CopyPlace, Route } from '../support/copy-place.ts';
import { type RunTimes, timesOf } from './reads-missed.ts';
import { type AnsweredRead, type TimedRead, TraceReaders } from './trace-readers.ts';

/** A real join, and what readers of the joiner met meanwhile. */
export interface ServedJoin {
  times: RunTimes;
  hotKeys: number;
  wireBytes: number;
  answered: AnsweredRead[];
  /** Hits of the joiner's own log, by how their row came there first. */
  hitsBy: Record<string, number>;
}

/** Adds a replica that serves from its first moment on, while readers replay a trace; they start with the command. `plan` is a file, or none. */
export async function servedJoin(
  place: CopyPlace,
  route: Route,
  { plan, state, reads }: { plan: string | undefined; state: string; reads: readonly TimedRead[] },
): Promise<ServedJoin> {
  await place.settle();
  const port = await freePort();
  const readers = await TraceReaders.ready(path.join(place.folder, 'reads.json'), reads, port);
  try {
    // The trace's own time has long passed.
    const stale = plan === undefined ? [] : ['--allow-stale-plan'];
    const log = path.join(place.folder, 'served.jsonl');
    rmSync(log, { force: true });
    const more = ['--serve', String(port), '--serve-log', log, '--state', state, ...stale];
    readers.start();
    const { run, startedAtMs } = await place.addReplica(route, { planned: plan ?? false, more });
    const answered = await readers.end();
    const wireBytes = Object.values(run.byKind).reduce((sum, kind) => sum + kind.wireBytes, 0);
    return {
      times: timesOf(run, startedAtMs),
      hotKeys: run.plan?.keys ?? 0,
      wireBytes,
      answered,
      hitsBy: hitsOf(readFileSync(log, 'utf8')),
    };
  } finally {
    await readers.kill();
  }
}

function hitsOf(log: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const line of log.split('\n')) {
    if (line === '') continue;
    const { hit, by = 'unknown' } = JSON.parse(line) as { hit: boolean; by?: string };
    if (hit) counts[by] = (counts[by] ?? 0) + 1;
  }
  return counts;
}
