/**
 * Plays a recorded run on this terminal, to look at it:
 *   node --import ./test/support/tsx.ts test/ui/play.ts [--donors 4] [--speed 2] [--stop 0.5] [--fail 0.5] [--prefetch] [--json]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
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
const view = showRun({
  json: values.json ?? false,
  stdout: process.stdout,
  stderr: process.stderr,
  fold: new RunFold(),
  clock: { nowMs: () => firstAtMs + (Date.now() - startedAtMs) * speed },
});
for (const event of events) {
  const waitMs = (event.atMs - firstAtMs) / speed - (Date.now() - startedAtMs);
  if (waitMs > 0) await sleep(waitMs);
  view.onEvent(event);
}
await view.end();
