import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import type { RowKey } from '../../src/core/row-key.ts';
import type { Joiner } from '../../src/core/store/sqlite/joiner.ts';
import type { ScanKey } from '../../src/core/store/sqlite/key-codec.ts';
import { capture, openDonor, openJoiner } from '../support/engine-copy.ts';
import { rowsOf, temporaryFolder } from '../support/tables.ts';

const numRuns = Number(process.env.FORESYNC_FAULT_RUNS ?? 300);
const seed = Number(process.env.FORESYNC_FAULT_SEED ?? 20261);
const keys = 12;

/** Kinds of tables, each with keys made of a number, and with a column that keeps others away. */
const kinds = {
  integer: { create: 'CREATE TABLE t(k INTEGER PRIMARY KEY, version, u UNIQUE)', key: (n: number) => n },
  text: {
    create: 'CREATE TABLE t(k TEXT COLLATE NOCASE PRIMARY KEY, version, u UNIQUE)',
    key: (n: number) => `Key${n}`,
  },
  composite: {
    create: 'CREATE TABLE t(a, b, version, u UNIQUE, PRIMARY KEY(b, a)) WITHOUT ROWID',
    key: (n: number) => [`b${n}`, n] as RowKey,
  },
  'without unique': { create: 'CREATE TABLE t(k INTEGER PRIMARY KEY, version, u)', key: (n: number) => n },
} as const;

const key = fc.integer({ min: 0, max: keys - 1 });
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('write' as const), key, u: key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hot' as const), key }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('chunk' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('round' as const), maxKeys: fc.constantFrom(1, 3, 100) }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('deliver' as const) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('fetch' as const), key }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('find' as const), key }) },
);

/** All that each key was, in order; undefined where it had no row. */
class History {
  readonly #states = Array.from({ length: keys }, (): (number | undefined)[] => [undefined]);
  readonly #seen = new Array<number>(keys).fill(0);

  now(n: number, version: number | undefined): void {
    this.#states[n]?.push(version);
  }

  /** A reader was told this: it must be a state that is not before one that a reader was told of earlier. */
  told(n: number, version: number | undefined): void {
    const states = this.#states[n] ?? [];
    const at = states.indexOf(version, this.#seen[n]);
    assert.notEqual(
      at,
      -1,
      `key ${n}: ${version} after ${states.slice(0, (this.#seen[n] ?? 0) + 1)} of ${states}`,
    );
    this.#seen[n] = at;
  }
}

test('whatever is written and fetched while rows are on their way, no reader sees time go back, and all ends equal', (t) => {
  const folder = temporaryFolder(t);
  let run = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(kinds) as (keyof typeof kinds)[])),
      fc.array(step, { minLength: 10, maxLength: 80 }),
      (kind, steps) => {
        run++;
        const [donorFile, joinerFile] = [
          path.join(folder, `${run}.db`),
          path.join(folder, `${run}-joiner.db`),
        ];
        const { create, key: keyOf } = kinds[kind];
        const writer = new Database(donorFile);
        writer.pragma('journal_mode = WAL');
        writer.exec(create);
        const parts = kind === 'composite' ? 2 : 1;
        const columns = parts === 2 ? 'b, a' : 'k';
        const bound = (n: number) => [keyOf(n)].flat() as (string | number)[];
        const history = new History();
        let version = 0;
        const write = (n: number, u: number) => {
          const marks = '?, '.repeat(parts);
          const evicts = kind !== 'without unique';
          const before = writer.prepare(`SELECT ${columns}, u FROM t`).raw().all() as unknown[][];
          version++;
          writer
            .prepare(`INSERT OR REPLACE INTO t(${columns}, version, u) VALUES(${marks}?, ?)`)
            .run(...bound(n), version, u);
          for (let other = 0; other < keys; other++)
            if (other !== n && evicts && before.some((row) => row.at(-1) === u && sameKey(row, bound(other))))
              history.now(other, undefined);
          history.now(n, version);
        };
        for (let n = 0; n < keys; n += 2) write(n, n);
        const donor = openDonor(donorFile, 't');
        capture(donor);
        const { joiner } = openJoiner(joinerFile, donor.shape);
        try {
          joiner.serve(0);
          play(joiner, donor);
        } finally {
          joiner.close();
          donor.db.close();
          writer.close();
        }

        function play(joiner: Joiner, { reader }: ReturnType<typeof openDonor>): void {
          const underWay: (() => void)[] = [];
          let snapshotAfter: ScanKey | undefined;
          let isSent = false;
          let watermark = 0;
          const chunk = () => {
            if (isSent) return;
            const read = reader.snapshot(snapshotAfter, 60);
            snapshotAfter = read.to;
            isSent = read.to === undefined;
            underWay.push(() => void joiner.snapshot(read.image, read.to));
          };
          const round = (maxKeys: number): boolean => {
            const read = reader.delta(watermark, { maxKeys, maxBytes: 1 << 20 });
            watermark = read.watermark;
            underWay.push(() => void joiner.delta(read));
            return read.complete;
          };
          const find = (n: number) => {
            const known = findIn(joiner, keyOf(n));
            if (known.kind === 'row')
              history.told(n, (JSON.parse(known.json) as { version: number }).version);
            if (known.kind === 'none') history.told(n, undefined);
          };
          for (const one of steps) {
            if (one.do === 'write') write(one.key, one.u);
            if (one.do === 'delete') {
              const where = columns.replace(', ', ' = ? AND ');
              if (writer.prepare(`DELETE FROM t WHERE ${where} = ?`).run(...bound(one.key)).changes > 0)
                history.now(one.key, undefined);
            }
            if (one.do === 'hot' && snapshotAfter === undefined && !isSent) {
              const read = reader.planned.hot([keyOf(one.key)], { maxBytes: 1 << 20, digests: false });
              reader.planned.leaveOut([keyOf(one.key)]);
              underWay.push(() => void joiner.hot(read.image));
            }
            if (one.do === 'chunk') chunk();
            if (one.do === 'round') round(one.maxKeys);
            if (one.do === 'deliver') underWay.shift()?.();
            if (one.do === 'find') find(one.key);
            if (one.do === 'fetch' && findIn(joiner, keyOf(one.key)).kind === 'unknown') {
              const read = reader.planned.hot([keyOf(one.key)], { maxBytes: 1 << 20, digests: false });
              joiner.fetched(read.image, [keyOf(one.key)], { watermark: read.watermark, asOfMs: 0 });
              find(one.key);
            }
          }
          while (!isSent) chunk();
          while (!round(100));
          for (const deliver of underWay) {
            deliver();
            for (let n = 0; n < keys; n++) find(n);
          }
          joiner.finishIndexes();
        }
        const staging = `${joinerFile}.foresync-joining`;
        assert.deepEqual(rowsOf(staging, 't'), rowsOf(donorFile, 't'));
      },
    ),
    { numRuns, seed },
  );
});

function sameKey(row: readonly unknown[], parts: readonly unknown[]): boolean {
  return parts.every((part, i) => row[i] === part);
}

function findIn({ served }: Joiner, key: RowKey) {
  if (!served) throw new Error('nobody reads at the joiner');
  return served.find(key);
}
