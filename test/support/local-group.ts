import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { systemClock, systemWait } from '../../src/core/clock.ts';
import type { ReplicaGroup } from '../../src/core/group/config.ts';
import { usualPrices } from '../../src/core/group/prices.ts';
import type { RowKey } from '../../src/core/row-key.ts';
import type { AddReplicaOptions } from '../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../src/core/sync/events.ts';
import { Pace } from '../../src/core/sync/pace.ts';
import type { JoinerSpec } from '../../src/core/sync/refusals.ts';
import type { PlanSource } from '../../src/core/sync/run.ts';

/** A replica group on this machine; the first replica is the lead. */
export function localGroup(folder: string, files: Record<string, string>, table = 'items'): ReplicaGroup {
  const replicas = new Map(
    Object.entries(files).map(([name, file]) => [
      name,
      { name, host: { kind: 'local' } as const, store: { kind: 'sqlite' as const, path: file }, logs: [] },
    ]),
  );
  const [lead] = replicas.values();
  if (!lead) throw new Error('a group has one replica at least');
  const file = path.join(folder, 'foresync.yaml');
  return {
    name: 'shop',
    table,
    lead,
    otherLeaders: [],
    replicas,
    pin: [],
    exclude: [],
    prices: usualPrices,
    file,
  };
}

/** A plan for some keys of each donor. */
export function planOf(keysByDonor: Record<string, readonly RowKey[]>): PlanSource {
  const entries = Object.entries(keysByDonor).flatMap(([donor, keys]) => keys.map((key) => ({ key, donor })));
  return {
    from: 'a plan of the test',
    header: {
      kind: 'foresync.plan',
      version: 1,
      origin: new Date().toISOString(),
      horizonMs: 86_400_000,
      model: 'test',
      minConfidence: 0,
      entries: entries.length,
      expectedHitRate: 0.5,
    },
    async *entries() {
      for (const entry of entries)
        yield {
          ...entry,
          confidence: 0.9,
          expectedAt: new Date().toISOString(),
          expectedReads: 1,
          expectedWrites: 0,
          model: 'test',
        };
    },
  };
}

export interface WatchedRun {
  options: AddReplicaOptions;
  events: RunEvent[];
}

/** Options of a run for a joiner in a file whose events are kept, and handed to `watch` as they come. */
export function watchedRun(
  group: ReplicaGroup,
  joinerFile: string,
  more: Partial<AddReplicaOptions> = {},
  watch: (event: RunEvent) => unknown = () => undefined,
): WatchedRun {
  return watchedRunTo(group, { kind: 'sqlite', path: joinerFile }, more, watch);
}

/** The same for a joiner in any store of this machine. */
export function watchedRunTo(
  group: ReplicaGroup,
  store: JoinerSpec['store'],
  more: Partial<AddReplicaOptions> = {},
  watch: (event: RunEvent) => unknown = () => undefined,
): WatchedRun {
  const events: RunEvent[] = [];
  const options: AddReplicaOptions = {
    runId: randomUUID(),
    group,
    joiner: { name: 'joiner', host: { kind: 'local' }, store },
    plan: undefined,
    minConfidence: undefined,
    runtime: undefined,
    clock: systemClock,
    newId: randomUUID,
    signal: new AbortController().signal,
    replace: false,
    restart: false,
    prefetchTimeoutMs: 60_000,
    stallTimeoutMs: 60_000,
    retries: 0,
    wait: systemWait,
    maxDonorLatencyMs: undefined,
    hooks: undefined,
    follow: false,
    serve: undefined,
    publishAt: 'synced',
    deltaBudgetKeys: undefined,
    pace: new Pace(undefined, systemClock, systemWait),
    ...more,
    onEvent: (event) => {
      events.push(event);
      watch(event);
    },
  };
  return { options, events };
}

/** The process among this one's children that has a file open: the agent of the replica that it belongs to. */
export function agentWith(file: string): number {
  const wanted = realpathSync(file);
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const found = children.find((pid) => openFiles(pid).includes(wanted));
  if (!found) throw new Error(`no child has ${file} open`);
  return Number(found);
}

function openFiles(pid: string): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((descriptor) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)];
    } catch {
      // Closed between being listed and being looked at.
      return [];
    }
  });
}
