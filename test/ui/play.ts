/**
 * Plays a recorded run on this terminal, to look at it:
 *   node --import ./test/support/tsx.ts test/ui/play.ts [--donors 4] [--speed 2] [--stop 0.5] [--fail 0.5] [--prefetch] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { suspendSelf } from '../../src/cli/signals.ts';
import type { RunEvent, RunFact } from '../../src/core/sync/events.ts';
import { RunFold } from '../../src/core/sync/fold.ts';
import { showRun } from '../../src/ui/run-view.ts';
import { recordedPrefetch, recordedRun } from './recorded-run.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const { values } = parseArgs({
  options: {
    donors: text,
    speed: text,
    stop: text,
    fail: text,
    note: text,
    json: flag,
    prefetch: flag,
    'no-color': flag,
  },
});

const names = ['us-east', 'us-west', 'ap-south', 'sa-east', 'eu-north', 'af-south'];
const speed = Number(values.speed ?? 1);
const share = values.stop ?? values.fail;
const addReplica = () =>
  recordedRun({
    donors: names
      .slice(0, Number(values.donors ?? 2))
      .map((donor) => ({ donor, host: `ops@${donor}.example.net` })),
    note: values.note ?? 'us-west: its clock is 4 s behind',
    ...(share ? { stopAfter: { share: Number(share), outcome: values.stop ? 'stopped' : 'failed' } } : {}),
  });
const events = values.prefetch ? recordedPrefetch() : addReplica();

const startedAtMs = Date.now();
const firstAtMs = events[0]?.atMs ?? 0;
const nowMs = () => firstAtMs + (Date.now() - startedAtMs) * speed;
const stop = new AbortController();
const fold = new RunFold();
/** Keys are told of, and change nothing of what was recorded. */
const tell = (fact: RunFact) => view.onEvent({ ...fact, atMs: nowMs() } as RunEvent);
const view = showRun({
  json: values.json ?? false,
  stdout: process.stdout,
  stderr: process.stderr,
  fold,
  stdin: process.stdin,
  signal: stop.signal,
  steering: {
    pause: (isPaused) => tell({ type: 'pause', isPaused }),
    limitTo: (bytesPerSecond) =>
      tell({
        type: 'limit',
        limit: bytesPerSecond === undefined ? undefined : { bytesPerSecond, setBy: 'operator' },
      }),
  },
  stop: () => (stop.signal.aborted ? process.exit(130) : stop.abort()),
  suspend: suspendSelf,
  wayOn: 'foresync resume run-1',
  clock: { nowMs },
});
for (const event of events) {
  if (stop.signal.aborted) break;
  const waitMs = (event.atMs - firstAtMs) / speed - (Date.now() - startedAtMs);
  if (waitMs > 0) await sleep(waitMs);
  view.onEvent(event);
}
await view.end();
