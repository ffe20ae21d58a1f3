import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { runJs } from '../support/cli.ts';
import { type PostgresPair, postgresPair, withoutPostgres } from '../support/postgres.ts';
import { numbersFrom, PostgresWriter } from '../support/postgres-writer.ts';
import { temporaryFolder } from '../support/tables.ts';

/** What is done to a run after so many lines of its progress. */
const faults = ['operator', 'agents', 'walsender', 'joiner sessions', 'donor crash', 'joiner crash'] as const;
type Fault = (typeof faults)[number];

const runs = Number(process.env.FORESYNC_FUZZ_RUNS ?? 2);
const firstSeed = Number(process.env.FORESYNC_FUZZ_SEED ?? 1);

describe('a join between PostgreSQL servers under faults', { skip: withoutPostgres }, () => {
  let pair: PostgresPair;
  before(async () => {
    pair = await postgresPair({ donor: { wal_sender_timeout: '5s' } });
  });
  after(() => pair.stop());

  for (let seed = firstSeed; seed < firstSeed + runs; seed++)
    test(`under a writer and any faults both tables end equal, and the subscription goes on (seed ${seed})`, async (t) => {
      const random = numbersFrom(seed);
      pair.donor.sql(`DROP TABLE IF EXISTS live; ${PostgresWriter.table}`);
      pair.joiner.sql('DROP TABLE IF EXISTS live');
      const folder = temporaryFolder(t);
      const document = {
        group: 'shop',
        table: 'live',
        lead: 'east',
        replicas: { east: { store: pair.donor.store() } },
      };
      writeFileSync(path.join(folder, 'foresync.yaml'), JSON.stringify(document));
      writeFileSync(path.join(folder, 'plan.jsonl'), planLines());
      const writer = new PostgresWriter(pair.donor, seed);
      try {
        for (let left = Math.floor(random() * 4); ; left--) {
          const fault = faults[Math.floor(random() * faults.length)] as Fault;
          const lines = 2 + Math.floor(random() * 22);
          const code = await add(folder, left > 0 ? { fault, lines } : undefined);
          if (code === 0) break;
          assert.ok(left > 0 || code === 69 || code === 75, `the last run ended with ${code}`);
        }
      } finally {
        await writer.stop();
      }
      assert.ok(writer.commits > 10);
      const all = 'SELECT t::text FROM live t ORDER BY id';
      const wanted = pair.donor.sql(all);
      let got = pair.joiner.sql(all);
      for (let tries = 0; tries < 300 && got !== wanted; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        got = pair.joiner.sql(all);
      }
      assert.equal(got, wanted);
      assert.equal(pair.joiner.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'foresync'"), '0');
      assert.equal(
        pair.joiner.sql('SELECT coalesce(sum(apply_error_count), 0) FROM pg_stat_subscription_stats'),
        '0',
      );
      const name = pair.joiner.sql('SELECT subname FROM pg_subscription');
      pair.joiner.sql(`DROP SUBSCRIPTION ${name}`);
      pair.donor.sql(`DROP PUBLICATION ${name}`);
      assert.equal(pair.donor.sql('SELECT count(*) FROM pg_replication_slots'), '0');
    });

  async function add(
    folder: string,
    planned: { fault: Fault; lines: number } | undefined,
  ): Promise<number | null> {
    const args = [
      'add-replica',
      'west',
      '--host',
      'local',
      '--store',
      pair.joiner.store(),
      '--progress',
      'plain',
    ];
    const child = spawn(runJs, [...args, '--bwlimit', '20MB', '--plan', 'plan.jsonl'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = once(child, 'exit');
    let lines = 0;
    let said = '';
    let striking: Promise<void> | undefined;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      lines += text.split('\n').length - 1;
      if (planned && lines >= planned.lines) striking ??= strike(planned.fault, child);
    });
    const [code] = await ended;
    await striking;
    if (code !== 0 && planned === undefined) process.stderr.write(said);
    return code as number | null;
  }

  async function strike(fault: Fault, operator: ChildProcess): Promise<void> {
    const terminate = (where: string) =>
      `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE ${where}`;
    switch (fault) {
      case 'operator':
        operator.kill('SIGKILL');
        return;
      case 'agents':
        for (const pid of childrenOf(operator.pid)) killQuietly(pid);
        return;
      case 'walsender':
        pair.donor.sql(terminate("backend_type = 'walsender'"));
        return;
      case 'joiner sessions':
        pair.joiner.sql(terminate("application_name = 'foresync'"));
        return;
      case 'donor crash':
      case 'joiner crash': {
        const server = fault === 'donor crash' ? pair.donor : pair.joiner;
        await server.stop('immediate');
        await server.startAgain();
      }
    }
  }
});

function childrenOf(pid: number | undefined): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return children === '' ? [] : children.split(' ').map(Number);
  } catch {
    // It has ended by itself.
    return [];
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The same.
  }
}

function planLines(): string {
  const origin = new Date().toISOString();
  const keys = Array.from({ length: 700 }, (_, place) => 1 + place * 7);
  const header = {
    ...{
      kind: 'foresync.plan',
      version: 1,
      group: 'shop',
      table: 'live',
      model: 'test',
      entries: keys.length,
    },
    ...{ origin, horizonMs: 86_400_000, minConfidence: 0, expectedHitRate: 0.5 },
  };
  const entries = keys.map((key) => ({
    ...{
      key,
      confidence: 0.9,
      expectedAt: origin,
      expectedReads: 1,
      expectedWrites: 0,
      donor: 'east',
      model: 'test',
    },
  }));
  return [header, ...entries].map((line) => `${JSON.stringify(line)}\n`).join('');
}
