import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentClient } from '../../../src/core/agent/client.ts';
import { lookAtHost } from '../../../src/core/agent/host-look.ts';
import { clockCheck } from '../../../src/core/doctor/clock-check.ts';
import { connectAgent } from '../../../src/core/transport/connect.ts';

test('a clock is warned of where it is off by more than a second, whatever the round trip hides', () => {
  const levels = (cases: [aheadMs: number, roundTripMs: number][]) =>
    cases.map(([aheadMs, roundTripMs]) => clockCheck({ aheadMs, roundTripMs }).level);
  assert.deepEqual(
    levels([
      [0, 1],
      [900, 100],
      [-900, 100],
      [1400, 1000],
    ]),
    ['ok', 'ok', 'ok', 'ok'],
  );
  assert.deepEqual(
    levels([
      [1100, 100],
      [-1100, 100],
      [3_600_000, 1],
    ]),
    ['warning', 'warning', 'warning'],
  );
  assert.match(clockCheck({ aheadMs: -90_000, roundTripMs: 20 }).text, /^1 min 30 s behind ours/);
  assert.match(clockCheck({ aheadMs: 4, roundTripMs: 20 }).text, /^agrees with ours, give or take 10 ms/);
});

test('an agent’s clock is told to within half a round trip', async (t) => {
  const channel = await connectAgent({ kind: 'local' }, { signal: new AbortController().signal });
  t.after(() => channel.close());
  const agent = new AgentClient('east', channel, 60_000);
  for (const offMs of [0, -3_600_000, 5000]) {
    const { skew } = await lookAtHost(agent, { nowMs: () => Date.now() - offMs }, 5);
    // Both clocks tell whole milliseconds.
    assert.ok(Math.abs(skew.aheadMs - offMs) <= skew.roundTripMs / 2 + 2, JSON.stringify(skew));
  }
});
