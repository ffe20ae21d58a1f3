import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { namedLookups } from '../../../src/core/access-log/log-lookups.ts';
import { followLogs } from '../../../src/core/history/follow.ts';
import type { FollowEvent } from '../../../src/core/history/follow-event.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { openState } from '../../../src/core/state/open.ts';
import { startSshd, type TestSshd } from '../../support/sshd.ts';

let folder = '';
let sshd: TestSshd;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'foresync-follow-remote-'));
  sshd = await startSshd();
});
after(async () => {
  await sshd.stop();
  rmSync(folder, { recursive: true, force: true });
});

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${1_700_000_000 + from + i},read,key${from + i}\n`).join('');

test('a log at a host is followed through rotation, beside one that is here', async () => {
  const [there, here] = [path.join(folder, 'there.log'), path.join(folder, 'here.log')];
  writeFileSync(there, lines(0, 4000));
  writeFileSync(here, lines(5000, 5001));
  const state = openState(path.join(folder, 'state.db'));
  const end = new AbortController();
  const events: FollowEvent[] = [];
  let nowMs = Date.now();
  const sum = () => openHistory(state).summary().events;
  /** Each changes the logs and says how many events are to be stored before the next. */
  const steps = [
    () => {
      appendFileSync(there, lines(4000, 4010));
      return 4011;
    },
    () => {
      renameSync(there, `${there}.1`);
      appendFileSync(`${there}.1`, lines(4010, 4011));
      writeFileSync(there, lines(6000, 6005));
      appendFileSync(here, lines(5001, 5002));
      return 4018;
    },
  ];
  let awaited = 4001;
  const names = [`foresync-test:${there}*`, here];
  const env = { ...process.env, FORESYNC_SSH_CONFIG: sshd.configFile };
  try {
    const report = await followLogs(
      state,
      { lookups: namedLookups(names, undefined, 'r', { env, interactive: false }), streams: [] },
      {
        signal: end.signal,
        clock: { nowMs: () => nowMs },
        wait: async () => {
          nowMs += 5000;
          // A look is under way beside the rounds.
          await new Promise((resolve) => setTimeout(resolve, 10));
          if (sum() < awaited) return;
          const step = steps.shift();
          if (step) awaited = step();
          else end.abort();
        },
        onFollow: (event) => void events.push(event),
      },
    );
    assert.equal(sum(), 4018);
    assert.deepEqual(report.files.map((file) => [path.basename(file.path), file.events]).sort(), [
      ['here.log', 2],
      ['there.log', 4015],
      ['there.log.1', 1],
    ]);
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'trouble' || kind === 'gone'),
      [],
    );
  } finally {
    state.close();
  }
});
