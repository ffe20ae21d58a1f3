import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { loadTraffic } from '../../../src/core/history/replica-traffic.ts';
import { CountMin } from '../../../src/core/history/sketch/count-min.ts';
import { HyperLogLog } from '../../../src/core/history/sketch/hyper-log-log.ts';
import { murmur2, murmur3 } from '../../../src/core/history/sketch/murmur.ts';
import { loadSketch } from '../../../src/core/history/sketch/stored-sketch.ts';
import type { ClickHouseEngine } from '../../support/clickhouse-servers.ts';
import { csvOf, type EventRow, eventRows, startMs, tsvOf } from './event-rows.ts';
import { countsOf, dumpOf, historyOf, ingestOne, logFile, withState } from './histories.ts';

const columns = 'time UInt64, op String, key Nullable(String), size String';
/** Some rows do not look like a log at all. */
const asCsv = {
  format: 'csv',
  columns: { by: 'name', names: { time: 'time', op: 'op', key: 'key', size: 'size' } },
} as const;
let made = 0;

/** Makes a table of rows and returns its URL. */
export async function makeTable(
  engine: ClickHouseEngine,
  rows: Buffer,
  types = columns,
  tail = 'ENGINE = MergeTree PARTITION BY tuple() ORDER BY time',
): Promise<{ name: string; url: string }> {
  const name = `t${made++}`;
  await engine.run(`CREATE TABLE ${name} (${types}) ${tail}`);
  if (rows.length > 0) await engine.run(`INSERT INTO ${name} FORMAT TabSeparated`, rows);
  return { name, url: `clickhouse://${engine.address}/default/${name}` };
}

/** Small enough that a few thousand events are several slices of several parts. */
const smallParts = { events: 300, keys: 1000 };

/** What every engine must do, whatever its version. */
export function testEngine(label: string, engine: () => ClickHouseEngine, hasDateTime64: boolean): void {
  const rows = eventRows(6000, 7);

  test(`${label}: a table gives the history that a file with the same events gives`, async () => {
    const fromFile = await historyOf(logFile(csvOf(rows)));
    const { url } = await makeTable(engine(), tsvOf(rows));
    const fromTable = await historyOf(url);
    assert.deepEqual(fromTable.dump, fromFile.dump);
    assert.deepEqual(countsOf(fromTable.report), countsOf(fromFile.report));
    assert.equal(fromTable.report.lines, rows.length);
    assert.ok(fromTable.report.rejected > 100 && fromTable.report.ignored > 20);
    const inSlices = await historyOf(url, { partLimits: smallParts });
    assert.deepEqual(inSlices.dump, fromFile.dump);
    assert.deepEqual(countsOf(inSlices.report), countsOf(fromFile.report));
  });

  test(`${label}: each type of time is read as a file's times are`, async () => {
    const iso = ({ timeMs }: EventRow) => new Date(timeMs).toISOString();
    const plain = (row: EventRow) => iso(row).replace('T', ' ').replace('Z', '');
    const seconds = (row: EventRow) => String(Math.floor(row.timeMs / 1000));
    const cases: [type: string, text: (row: EventRow, i: number) => string][] = [
      ['UInt32', seconds],
      ['DateTime', seconds],
      ["DateTime('Asia/Kathmandu')", seconds],
      ['Nullable(DateTime)', seconds],
      ['Int64', ({ timeMs }) => `${timeMs}777`],
      ['UInt64', ({ timeMs }) => `${timeMs}777888`],
      ['Float64', ({ timeMs }) => (timeMs / 1000).toFixed(3)],
      ['String', iso],
      ['String', (row) => plain(row).slice(0, 19)],
      [
        'String',
        ({ timeMs }) => `${new Date(timeMs + 5.5 * 3_600_000).toISOString().replace('Z', '')}+05:30`,
      ],
      ['String', ({ timeMs }) => `${new Date(timeMs - 8 * 3_600_000).toISOString().replace('Z', '')}-0800`],
      ['String', (row) => iso(row).slice(0, 10)],
      ['String', (row) => iso(row).replace('Z', '').replace('.', ',')],
      [
        'String',
        (row, i) =>
          [
            '2026-02-30',
            '2026-03-01T24:00',
            'soon',
            '',
            '99999999999999999999',
            '1e9',
            '2026-03-01T10:00:00 CET',
          ][i % 9] ?? iso(row),
      ],
      ['String', (row, i) => (i % 2 === 0 ? String(row.timeMs) : (row.timeMs / 1000).toFixed(3))],
      ['Nullable(String)', iso],
      ...(hasDateTime64
        ? ([
            ['DateTime64(3)', plain],
            ["DateTime64(6, 'Asia/Tokyo')", seconds],
            ['LowCardinality(String)', iso],
            ['Decimal(18, 3)', ({ timeMs }) => (timeMs / 1000).toFixed(3)],
          ] as [string, (row: EventRow) => string][])
        : []),
    ];
    for (const [type, text] of cases) {
      const some = rows.slice(0, 200).filter(({ key }) => key?.toString().startsWith('item:'));
      const order = new Map(some.map((row, i) => [row, i]));
      // Where the text loses milliseconds, so must the size of two events at what is then the same time.
      const times = some.map((row) => text(row, order.get(row) ?? 0));
      const certain = some.map((row, i) => ({
        ...row,
        size: times[i - 1] === times[i] || times[i + 1] === times[i] ? '' : row.size,
      }));
      const textOf = (row: EventRow) => times[certain.indexOf(row as (typeof certain)[number])] ?? '';
      const noZone = type.startsWith('DateTime64(3)');
      const { url } = await makeTable(
        engine(),
        tsvOf(certain, textOf),
        `time ${noZone ? "DateTime64(3, 'UTC')" : type}, op String, key String, size String`,
        'ENGINE = MergeTree PARTITION BY tuple() ORDER BY key',
      );
      const [fromFile, fromTable] = [
        await historyOf(logFile(csvOf(certain, textOf)), asCsv),
        await historyOf(url),
      ];
      assert.deepEqual(fromTable.dump, fromFile.dump, `${type}: ${times[0]}`);
      assert.deepEqual(countsOf(fromTable.report), countsOf(fromFile.report), type);
      assert.ok(fromTable.report.events > 0);
    }
  });

  test(`${label}: keys and sizes of other types`, async () => {
    const uuid = (i: number) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`;
    const cases: [string, (i: number) => string][] = [
      ['UInt64', (i) => `1844674407370955161${i % 6}`],
      ['Int16', (i) => String(i - 3)],
      ['UUID', uuid],
      ['FixedString(6)', (i) => `k${i}`],
      ["Enum8('a' = 1, 'b' = 2)", (i) => (i % 2 === 0 ? 'a' : 'b')],
      ['Nullable(UInt32)', (i) => String(i)],
    ];
    for (const [type, keyOf] of cases) {
      const events = Array.from({ length: 40 }, (_, i) => ({
        timeMs: startMs + i * 7000,
        op: 'get',
        key: Buffer.from(keyOf(i % 8)),
        size: String(i),
      }));
      const { url } = await makeTable(
        engine(),
        tsvOf(events),
        `time UInt64, op FixedString(5), key ${type}, size UInt16`,
      );
      const [fromFile, fromTable] = [await historyOf(logFile(csvOf(events))), await historyOf(url)];
      assert.deepEqual(fromTable.dump, fromFile.dump, type);
      assert.equal(fromTable.report.events, 40);
    }
    const nulls = Buffer.from(
      `${startMs}\t\\N\t\\N\n${startMs}\ta\t\\N\n${startMs + 1}\ta\t-1\n${startMs + 2}\tb\t3\n`,
    );
    const { url } = await makeTable(
      engine(),
      nulls,
      'time UInt64, key Nullable(String), size Nullable(Int32)',
    );
    const { report } = await historyOf(url);
    assert.deepEqual(countsOf(report), { events: 2, rejected: 2, ignored: 0, unmatched: 0 });
    assert.deepEqual(report.table?.rejects.map(({ reason }) => reason).sort(), [
      'the key is NULL',
      'the size is none in bytes',
    ]);
    assert.deepEqual(report.columns, { time: 'time', key: 'key', size: 'size' });
  });

  test(`${label}: each row is counted once over many runs; what comes too late is told`, () =>
    withState(async (state) => {
      const sound = rows.filter(({ timeMs }) => timeMs >= 0);
      const { name, url } = await makeTable(engine(), Buffer.alloc(0));
      assert.equal((await ingestOne(state, url)).state, 'empty');
      const seen: string[] = [];
      for (let at = 0; at < sound.length; ) {
        // A run ends between two minutes: rows of a minute that has ended do not come later.
        let end = Math.min(sound.length, at + 1700);
        while (end < sound.length && minute(sound[end]) === minute(sound[end - 1])) end++;
        await engine().run(`INSERT INTO ${name} FORMAT TabSeparated`, tsvOf(sound.slice(at, end)));
        seen.push((await ingestOne(state, url)).state);
        const again = await ingestOne(state, url);
        assert.deepEqual([again.state, again.lines, again.table?.lateRows], ['unchanged', 0, 0]);
        at = end;
      }
      assert.deepEqual(seen, ['new', 'grown', 'grown', 'grown']);
      assert.deepEqual(dumpOf(state), (await historyOf(logFile(csvOf(rows)))).dump);

      const last = sound.at(-1)?.timeMs ?? 0;
      const late = [{ timeMs: last - 3_600_000, op: 'get', key: Buffer.from('late'), size: '1' }];
      await engine().run(`INSERT INTO ${name} FORMAT TabSeparated`, tsvOf(late));
      const { table, events } = await ingestOne(state, url);
      assert.deepEqual([events, table?.lateRows], [0, 1]);
      assert.equal((await ingestOne(state, url, { rebuild: true })).lines, sound.length + 1);
    }));

  test(`${label}: rows of minutes that are not settled wait for a later run`, () =>
    withState(async (state) => {
      const now = Date.now();
      const old = { timeMs: now - 7_200_000, op: 'get', key: Buffer.from('old'), size: '' };
      const fresh = { timeMs: now, op: 'nonsense', key: Buffer.from('fresh'), size: '' };
      const { url } = await makeTable(engine(), tsvOf([old, fresh, { ...fresh, op: 'get' }]));
      const first = await ingestOne(state, `${url}?lateness=1h`);
      assert.deepEqual([first.events, first.rejected, first.table?.pendingRows], [1, 0, 2]);
      const again = await ingestOne(state, `${url}?lateness=3h`);
      assert.deepEqual([again.events, again.table?.pendingRows, again.table?.lateRows], [0, 2, 0]);
    }));

  test(`${label}: the hottest keys are kept, and the sketch knows the others`, async () => {
    const { url } = await makeTable(engine(), tsvOf(rows));
    const maxKeys = 40;
    await withState(async (state) => {
      const report = await ingestOne(state, url, { maxKeys });
      const all = await withState(async (whole) => {
        await ingestOne(whole, logFile(csvOf(rows)));
        return [...openHistory(whole).series()];
      });
      const readsOf = (key: { reads: Uint32Array }) => key.reads.reduce((sum, reads) => sum + reads, 0);
      const kept = [...openHistory(state).series()];
      const level = all.map(readsOf).sort((a, b) => b - a)[maxKeys] ?? 0;
      assert.ok(kept.length <= maxKeys * 1.2 && kept.length > maxKeys / 2, `${kept.length} keys`);
      for (const key of all) {
        const isKept = kept.some((other) => other.key === key.key);
        if (readsOf(key) !== level) assert.equal(isKept, readsOf(key) > level, key.key);
        if (isKept)
          assert.deepEqual(
            kept.find((other) => other.key === key.key),
            key,
          );
      }
      const cold = all.filter(({ key }) => !kept.some((other) => other.key === key));
      const sketch = loadSketch(state.db, 1);
      assert.ok(sketch);
      const [keys, keyReads] = [new HyperLogLog(), new CountMin()];
      const perBucket = new Map<number, [number, number]>();
      for (const series of cold) {
        const bytes = Buffer.from(series.key);
        keys.add(bytes);
        keyReads.add(bytes, readsOf(series));
        assert.ok(sketch.keyReads.atMost(bytes) >= readsOf(series));
      }
      for (const series of all)
        series.buckets.forEach((bucket, i) => {
          const [reads, writes] = perBucket.get(bucket) ?? [0, 0];
          perBucket.set(bucket, [reads + (series.reads[i] ?? 0), writes + (series.writes[i] ?? 0)]);
        });
      // Bit by bit what would have been counted here.
      assert.ok(sketch.keys.toBytes().equals(keys.toBytes()));
      assert.ok(sketch.keyReads.toBytes().equals(keyReads.toBytes()));
      const traffic = loadTraffic(state.db, 1);
      const buckets = [...traffic.buckets].map((bucket, i) => [
        bucket,
        [traffic.reads[i], traffic.writes[i]],
      ]);
      assert.deepEqual(
        buckets,
        [...perBucket].sort(([a], [b]) => a - b),
      );
      assert.deepEqual(
        [sketch.firstMs, sketch.lastMs],
        [Math.min(...cold.map(({ firstMs }) => firstMs)), Math.max(...cold.map(({ lastMs }) => lastMs))],
      );
      assert.equal(report.table?.coldEvents, sketch.reads + sketch.writes);
      assert.equal(report.lines, rows.length);
    });
  });

  test(`${label}: the server's hashes are ours, for keys of every length`, async () => {
    const keys = Array.from({ length: 70 }, (_, i) =>
      Buffer.from(Array.from({ length: i }, (_, j) => (i * 37 + j * 101) & 255)),
    );
    const list = keys.map((key) => `unhex('${key.toString('hex')}')`).join(', ');
    const text = await engine().run(
      `SELECT murmurHash3_32(k), murmurHash2_32(k) FROM (SELECT arrayJoin([${list}]) AS k) FORMAT TabSeparated`,
    );
    assert.deepEqual(
      text.trim().split('\n'),
      keys.map((key) => `${murmur3(key)}\t${murmur2(key)}`),
    );
  });

  test(`${label}: a key pattern is matched by the server as it is here`, async () => {
    const paths = [
      '/product/12?x=1',
      '/product/',
      '/product/7/b',
      '/x',
      '/product/007',
      '/(p)/9',
      '/product/\n12',
      '/a/product/5',
    ];
    const events = paths.map((text, i) => ({
      timeMs: startMs + i,
      op: 'get',
      key: Buffer.from(text),
      size: '',
    }));
    const { url } = await makeTable(engine(), tsvOf(events));
    for (const keyPattern of [
      '(/(a|b))?/product/(?<key>\\d+)',
      '/[(]p[)]/(?<key>.*)',
      '^/product/(?<key>\\d*)',
      '(?:.)(?<key>.)(?<rest>.)$',
    ]) {
      const fromFile = await historyOf(logFile(csvOf(events)), { keyPattern });
      const fromTable = await historyOf(url, { keyPattern });
      assert.deepEqual(fromTable.dump, fromFile.dump, keyPattern);
      assert.deepEqual(countsOf(fromTable.report), countsOf(fromFile.report), keyPattern);
    }
    await assert.rejects(historyOf(url, { keyPattern: '(?<key>a)(?=b)' }), {
      code: 'pattern-invalid',
      kind: 'usage',
    });
  });

  test(`${label}: names are taken as they are, whatever they hold`, async () => {
    const names = { time: 'ti`me', key: "k'; DROP TABLE x; --", op: 'o\\p"', size: 'bytes é' };
    const quoted = (name: string) => `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
    const table = "we`ird \\ t é%'";
    await engine().run(
      `CREATE TABLE ${quoted(table)} (${quoted(names.time)} UInt64, ${quoted(names.op)} String, ${quoted(names.key)} String, ${quoted(names.size)} String) ENGINE = Memory`,
    );
    const some = rows.slice(0, 200);
    await engine().run(`INSERT INTO ${quoted(table)} FORMAT TabSeparated`, tsvOf(some));
    const query = new URLSearchParams({
      time: names.time,
      key: names.key,
      operation: names.op,
      size: names.size,
    });
    const fromTable = await historyOf(
      `clickhouse://${engine().address}/default/${encodeURIComponent(table)}?${query}`,
    );
    assert.deepEqual(fromTable.dump, (await historyOf(logFile(csvOf(some)))).dump);
  });

  test(`${label}: what is not there is said by name`, async () => {
    const { name, url } = await makeTable(
      engine(),
      Buffer.alloc(0),
      'at DateTime, what String, tags Array(String)',
      'ENGINE = Memory',
    );
    const at = `clickhouse://${engine().address}`;
    const cases: [string, string, RegExp][] = [
      [`${at}/default/nope`, 'clickhouse-table', /nope/],
      [`${at}/nowhere/${name}`, 'clickhouse-table', /nowhere/],
      [url, 'clickhouse-column', /no column is named like a key/],
      [`${url}?key=gone`, 'clickhouse-column', /no column 'gone'/],
      [`${url}?key=tags`, 'clickhouse-column', /tags is Array\(String\)/],
    ];
    for (const [log, code, message] of cases)
      await assert.rejects(historyOf(log), { code, kind: 'data', message });
  });
}

function minute(row: EventRow | undefined): number {
  return Math.floor((row?.timeMs ?? 0) / 60_000);
}
