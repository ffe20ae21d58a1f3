import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { ForesyncError } from '../../../../src/core/errors.ts';
import {
  dropCapture,
  isOver,
  lookAtSlot,
  refuseUnfitDonor,
  startCapture,
  underWay,
} from '../../../../src/core/store/postgres/capture.ts';
import { ChangeStream } from '../../../../src/core/store/postgres/change-stream.ts';
import { createRecord, dropRecord } from '../../../../src/core/store/postgres/joining-record.ts';
import { readOrigins } from '../../../../src/core/store/postgres/origins.ts';
import { decodeMessage, messagesIn } from '../../../../src/core/store/postgres/pgoutput.ts';
import { readDefinition } from '../../../../src/core/store/postgres/read-definition.ts';
import { Session } from '../../../../src/core/store/postgres/session.ts';
import { SpoolWriter } from '../../../../src/core/store/postgres/spool.ts';
import { addReplica } from '../../../../src/core/sync/add-replica.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../../../support/postgres.ts';
import { postgresRun } from '../../../support/postgres-group.ts';

describe('capture at PostgreSQL', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  let session: Session;
  before(async () => {
    pair = await postgresPair({ joiner: { wal_level: 'replica' } });
    pair.donor.sql("CREATE TABLE items (id int PRIMARY KEY, body text); INSERT INTO items VALUES (1, 'one')");
    session = await Session.open(pair.donor.store());
  });
  after(async () => {
    await session?.end();
    await pair.stop();
  });
  const items = { schema: 'public', name: 'items' };
  const count = 'SELECT count(*) FROM public.items';

  test('a commit that waits for a standby is in the WAL, seen by nobody, and waited for', async () => {
    pair.donor.sql("ALTER SYSTEM SET synchronous_standby_names = 'nobody'; SELECT pg_reload_conf()");
    const psql = spawn(
      pair.donor.program('psql'),
      [
        '-XqAt',
        '-h',
        pair.donor.socketFolder,
        '-U',
        'postgres',
        '-c',
        "INSERT INTO items VALUES (2, 'waits')",
      ],
      { stdio: 'ignore' },
    );
    const ended = once(psql, 'exit');
    try {
      const waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
      while ((await session.row(waits))[0] === '0');
      const { below } = await underWay(session);
      assert.deepEqual(await session.row(count), ['1']);
      assert.equal(await isOver(session, below), false);
      pair.donor.sql('ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()');
      await ended;
      while (!(await isOver(session, below)));
      assert.deepEqual(await session.row(count), ['2']);
    } finally {
      pair.donor.sql('ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()');
      psql.kill();
    }
  });

  test('a stream brings what was committed behind its slot, goes on from what was confirmed, and leaves the slot free', async () => {
    const from = await startCapture(session, 'trial', {
      table: items,
      purpose: { use: 'copy', group: 'shop', joiner: 'west' },
    });
    pair.donor.sql("INSERT INTO items VALUES (3, 'three')");
    const kinds = async (stream: ChangeStream, flushedTo: number) => {
      const taken: { type: string; at?: number; endAt?: number }[] = [];
      while (!taken.some(({ type }) => type === 'commit'))
        for (const message of messagesIn(await stream.take(flushedTo, { maxBytes: 1 << 20, waitMs: 100 })))
          taken.push(decodeMessage(message));
      return taken;
    };
    const first = await ChangeStream.open(pair.donor.store(), 'trial', from);
    const told = await kinds(first, from);
    assert.deepEqual(
      told.map(({ type }) => type).filter((type) => type !== 'mark'),
      ['begin', 'relation', 'insert', 'commit'],
    );
    await assert.rejects(
      ChangeStream.open(pair.donor.store(), 'trial', from),
      (error) => error instanceof ForesyncError && error.code === 'slot-active',
    );
    const end = told.find(({ endAt }) => endAt !== undefined)?.endAt ?? 0;
    await first.take(end, { maxBytes: 0, waitMs: 0 });
    await first.close();
    while ((await lookAtSlot(session, 'trial'))?.isActive);
    assert.equal((await lookAtSlot(session, 'trial'))?.confirmedTo, end);
    pair.donor.sql("UPDATE items SET body = 'changed' WHERE id = 3");
    const second = await ChangeStream.open(pair.donor.store(), 'trial', end);
    const later = await kinds(second, end);
    assert.ok(later.some(({ type }) => type === 'update') && !later.some(({ type }) => type === 'insert'));
    await second.close();
    await dropCapture(session, 'trial');
    await dropCapture(session, 'trial');
    assert.equal(await lookAtSlot(session, 'trial'), undefined);
    assert.deepEqual(await session.row('SELECT count(*) FROM pg_publication'), ['0']);
  });

  test('a transaction of another server counts as come when its end has, and not before', async () => {
    const joiner = await Session.open(pair.joiner.store());
    try {
      const { definition } = await readDefinition(session, items);
      const at = { spooledTo: 0, appliedSeq: 0, appliedTo: 0 };
      await createRecord(joiner, 'trial', { stage: 'delta', definition, systemId: '1', timeline: 1, ...at });
      const spool = await SpoolWriter.open(joiner, 'trial', definition);
      const lsn = (low: number) => Buffer.from([0, 0, 0, 0, 0, 0, 0, low]);
      const message = (...parts: (string | Buffer)[]) => {
        const body = Buffer.concat(parts.map((part) => Buffer.from(part)));
        const length = Buffer.alloc(4);
        length.writeUInt32BE(body.length);
        return Buffer.concat([length, body]);
      };
      const begin = message('B', lsn(40), lsn(0), Buffer.alloc(4));
      await spool.write(Buffer.concat([begin, message('O', lsn(7), 'pg_16400\0')]));
      assert.deepEqual([...(await readOrigins(joiner, 'trial'))], []);
      await spool.write(message('C', '\0', lsn(40), lsn(48), lsn(0)));
      assert.deepEqual([...(await readOrigins(joiner, 'trial'))], [['pg_16400', 7]]);
      assert.equal(spool.spooledTo, 48);
    } finally {
      await dropRecord(joiner, 'trial');
      await joiner.end();
    }
  });

  test('a server whose changes cannot be had is refused by name, with what to do', async () => {
    const other = await Session.open(pair.joiner.store());
    try {
      await assert.rejects(
        refuseUnfitDonor(other, 'trial'),
        (error) =>
          error instanceof ForesyncError && error.code === 'wal-level' && /wal_level/.test(`${error.hint}`),
      );
    } finally {
      await other.end();
    }
    pair.donor.sql('CREATE ROLE reader LOGIN');
    const reader = await Session.open(pair.donor.store().replace('postgres@', 'reader@'));
    try {
      await assert.rejects(
        refuseUnfitDonor(reader, 'trial'),
        (error) => error instanceof ForesyncError && error.code === 'no-replication',
      );
    } finally {
      await reader.end();
    }
  });

  test('a transaction that is open before the slot is named while it is waited for, and a stop then leaves nothing', async () => {
    const holder = spawn(
      pair.donor.program('psql'),
      ['-Xq', '-h', pair.donor.socketFolder, '-U', 'postgres'],
      {
        env: { ...process.env, PGAPPNAME: 'the shop' },
        stdio: ['pipe', 'ignore', 'ignore'],
      },
    );
    const ended = once(holder, 'exit');
    try {
      holder.stdin.write("BEGIN; INSERT INTO items VALUES (9, 'nine');\n");
      const open = "SELECT pid FROM pg_stat_activity WHERE state = 'idle in transaction'";
      let pid: string | undefined;
      while (pid === undefined) pid = (await session.rows(open))[0]?.[0] ?? undefined;
      const stop = new AbortController();
      const notes: string[] = [];
      const { options } = postgresRun(pair, 'items', { signal: stop.signal }, (event) => {
        if (event.type !== 'note') return;
        notes.push(event.text);
        if (event.text.includes('waits for'))
          stop.abort(new ForesyncError('stopped', 'interrupted', 'Stopped.'));
      });
      await assert.rejects(addReplica(options), { code: 'stopped' });
      const told = notes.find((text) => text.includes('waits for')) ?? '';
      assert.match(
        told,
        new RegExp(`process ${pid} \\(the shop of postgres, idle in transaction, since 20\\d\\d-`),
      );
      for (const table of ['pg_replication_slots', 'pg_publication'])
        assert.deepEqual(await session.row(`SELECT count(*) FROM ${table}`), ['0'], table);
    } finally {
      holder.stdin.end('ROLLBACK;\n');
      await ended;
    }
    await addReplica(postgresRun(pair, 'items').options);
    assert.equal(pair.joiner.sql('SELECT count(*) FROM items'), pair.donor.sql('SELECT count(*) FROM items'));
  });
});
