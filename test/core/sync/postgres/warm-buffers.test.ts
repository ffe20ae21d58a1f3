import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type AddReplicaOptions, addReplica } from '../../../../src/core/sync/add-replica.ts';
import type { RunEvent } from '../../../../src/core/sync/events.ts';
import { bufferHitsSince } from '../../../../src/core/sync/postgres/buffer-hits.ts';
import { planOf } from '../../../support/local-group.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { postgresRun } from '../../../support/postgres-group.ts';

const planned = Array.from({ length: 60 }, (_, place) => 11 + 400 * place);

describe("buffers of a joiner's server", { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair({ joiner: { shared_buffers: '6MB' } });
    pair.joiner.sql('CREATE EXTENSION pg_buffercache');
    pair.donor.sql(
      `CREATE TABLE cold AS SELECT g AS id, repeat(md5(g::text), 14) AS body FROM generate_series(1, 25000) g; ALTER TABLE cold ADD PRIMARY KEY (id);
       ALTER TABLE cold ALTER body SET STORAGE EXTERNAL; UPDATE cold SET body = repeat(md5(id::text), 150) WHERE id % 400 = 11`,
    );
  });
  after(() => pair.stop());

  /** Pages of the planned rows, their large values and the key's index that are not in the buffers; asked for so that none gets there by it. */
  const coldPages = `SET enable_indexscan = off; SET enable_bitmapscan = off;
    CREATE TEMP TABLE buffered AS SELECT relfilenode, relblocknumber FROM pg_buffercache;
    SELECT count(*) FROM (SELECT (ctid::text::point)[0]::int8 AS page FROM cold WHERE id % 400 = 11 AND id < 23650) p
      WHERE NOT EXISTS (SELECT FROM buffered WHERE relfilenode = pg_relation_filenode('cold') AND relblocknumber = page);
    SELECT count(*) FROM buffered b JOIN pg_class c ON c.reltoastrelid <> 0 AND b.relfilenode = pg_relation_filenode(c.reltoastrelid) WHERE c.relname = 'cold'`;

  for (const by of ['reads', 'pg_prewarm'] as const)
    test(`the planned rows' pages are in them when the table is in its place, by ${by}${by === 'reads' ? '' : ', and what readers find there is told'}`, async () => {
      if (by === 'pg_prewarm') pair.joiner.sql('CREATE EXTENSION pg_prewarm');
      const plan = planOf({ lead: [...planned, 'no number', 999_999_999] });
      const { options, events } = postgresRun(pair, 'cold', { plan, replace: true });
      await addReplica(options);
      if (by === 'reads') nothingIsCold();
      // That would have read all of it.
      else await readersAreTold(events, options);
      const warmed = events.find((event) => event.type === 'warmed');
      assert.ok(warmed?.type === 'warmed');
      assert.deepEqual([warmed.rows, warmed.by, warmed.bytes], [60, by, warmed.pages * 8192]);
      assert.ok(warmed.pages >= 50, `${warmed.pages} pages`);
    });

  function nothingIsCold(): void {
    const [cold, large] = pair.joiner.sql(coldPages).split('\n').map(Number);
    assert.equal(cold, 0);
    assert.ok((large ?? 0) >= 36, `${large} pages of large values`);
  }

  async function readersAreTold(events: readonly RunEvent[], options: AddReplicaOptions): Promise<void> {
    const start = events.find((event) => event.type === 'buffers');
    assert.ok(start?.type === 'buffers');
    pair.joiner.sql(planned.map((id) => `SELECT body FROM cold WHERE id = ${id}`).join(';'));
    const asked = { joiner: options.joiner, table: 'cold', signal: options.signal };
    const found = await bufferHitsSince(start, asked);
    assert.ok(found && found.hits >= 180, `${found?.hits} hits`);
    assert.ok(found.reads <= found.hits / 4, `${found.reads} reads`);
    assert.equal(await bufferHitsSince({ ...start, tableId: start.tableId + 1 }, asked), undefined);
  }
});
