import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import Database from 'better-sqlite3';
import { ingestLogs } from '../../../src/core/history/ingest.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { encodeSeries } from '../../../src/core/history/series-codec.ts';
import { migrations } from '../../../src/core/state/migrations.ts';
import { openState } from '../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-earlier-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('the rows of an earlier foresync are packed by the next analyze, and nothing reads them before', async () => {
  const file = path.join(folder, 'state.db');
  const earlier = new Database(file);
  for (const step of migrations.slice(0, 2)) earlier.exec(step);
  earlier.pragma(`application_id = ${0x6673796e}`);
  earlier.pragma('user_version = 2');
  const series = {
    buckets: Int32Array.of(100, 105),
    reads: Uint32Array.of(2, 0),
    writes: Uint32Array.of(0, 1),
  };
  const [firstMs, lastReadMs, lastMs] = [100 * 60_000 + 5, 100 * 60_000 + 9, 105 * 60_000];
  for (const [id, name] of ['east', 'west'].entries()) {
    earlier
      .prepare('INSERT INTO history_replica VALUES (?, ?, 2, 1, ?, ?)')
      .run(id + 1, name, firstMs, lastMs);
    earlier
      .prepare('INSERT INTO history_series VALUES (?, ?, 2, 1, ?, ?, ?, 7, ?)')
      .run('key', id + 1, firstMs, lastMs, lastReadMs, encodeSeries(series));
  }
  earlier.close();
  const state = openState(file);
  try {
    assert.throws(() => openHistory(state).summary(), { code: 'history-earlier' });
    assert.throws(() => openHistory(state).series(), { code: 'history-earlier' });
    const { profile } = await ingestLogs(state, [], {});
    assert.deepEqual([profile?.events, profile?.keys, profile?.replicas.length], [6, 1, 2]);
    assert.deepEqual(
      [...openHistory(state).series()],
      [
        {
          key: 'key',
          buckets: series.buckets,
          reads: Uint32Array.of(4, 0),
          writes: Uint32Array.of(0, 2),
          firstMs,
          lastMs,
          lastReadMs,
          sizeBytes: 7,
          readsByReplica: [2, 2],
        },
      ],
    );
    assert.equal((await ingestLogs(state, [], {})).profile?.events, 6);
  } finally {
    state.close();
  }
});
