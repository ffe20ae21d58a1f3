import { systemClock, systemWait } from '../../src/core/clock.ts';
import { addReplica } from '../../src/core/sync/add-replica.ts';
import { Pace } from '../../src/core/sync/pace.ts';
import { planOf } from './local-group.ts';
import type { PostgresPair } from './postgres.ts';
import { conninfoOf, postgresRun } from './postgres-group.ts';
import { VersionReaders, VersionWriter, versionedTable } from './postgres-readers.ts';

/**
 * Adds a replica that answers reads while it is built, with a writer at the lead and readers at the joiner all the while; gives what they saw. `stopAfterMs`: the run is broken off then, each time
 * later than the time before, and gone on with.
 */
export async function readWhileBuilt(
  pair: PostgresPair,
  seed: number,
  { stopAfterMs }: { stopAfterMs?: number } = {},
): Promise<VersionReaders> {
  pair.donor.sql(`DROP TABLE IF EXISTS versioned; DROP SEQUENCE IF EXISTS versions; ${versionedTable}`);
  pair.joiner.sql('DROP TABLE IF EXISTS versioned');
  const writer = new VersionWriter(pair.donor, seed);
  const readers = new VersionReaders(pair.joiner, seed);
  const plan = planOf({ lead: Array.from({ length: 30 }, (_, place) => 1 + 55 * place) });
  const run = (signal: AbortSignal) =>
    postgresRun(pair, 'versioned', {
      ...{ plan, signal, pace: new Pace(1_000_000, systemClock, systemWait) },
      serveSql: { conninfo: conninfoOf(pair) },
    }).options;
  try {
    for (let ms = stopAfterMs; ms !== undefined; ms = ms * 1.5) {
      const stopping = new AbortController();
      const timer = setTimeout(() => stopping.abort(), ms);
      const isDone = await addReplica(run(stopping.signal)).then(
        () => true,
        (error) => {
          if (!stopping.signal.aborted) throw error;
        },
      );
      clearTimeout(timer);
      if (isDone) return readers;
    }
    await addReplica(run(new AbortController().signal));
  } finally {
    await writer.stop();
    await readers.stop();
  }
  return readers;
}
