import assert from 'node:assert/strict';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { after, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type LogLookup, namedLookups } from '../../../src/core/access-log/log-lookups.ts';
import { type FollowedLogs, followLogs } from '../../../src/core/history/follow.ts';
import type { FollowEvent } from '../../../src/core/history/follow-event.ts';
import { type IngestReport, ingestLogs } from '../../../src/core/history/ingest.ts';
import type { IngestOptions } from '../../../src/core/history/ingest-options.ts';
import { openHistory } from '../../../src/core/history/open-history.ts';
import { openState, type StateFile } from '../../../src/core/state/open.ts';

const root = mkdtempSync(path.join(tmpdir(), 'foresync-follow-'));
after(() => rmSync(root, { recursive: true, force: true }));

const t0 = 1_700_000_040;
const header = 'time,op,key\n';
const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${t0 + from + i},read,key${(from + i) % 50}\n`).join('');

interface Following {
  folder: string;
  log: string;
  state: StateFile;
  events: FollowEvent[];
  report: IngestReport;
}

/** What happens before each round, until no step is left; then the following is ended. */
type Step = (at: { log: string; state: StateFile; events: FollowEvent[]; nowMs: number }) => unknown;

/** The last step, where a stream is to end the following: what was written may still be on its way. */
const untilItEnds: Step = () => new Promise((resolve) => setImmediate(resolve));

/** Follows logs with a clock that goes on by a second a round. */
async function follow(
  logs: (log: string) => FollowedLogs,
  prepare: (log: string) => void,
  steps: Step[],
  options: IngestOptions = {},
): Promise<Following> {
  const folder = mkdtempSync(path.join(root, 'log-'));
  const log = path.join(folder, 'access.log');
  const state = openState(path.join(folder, 'state.db'));
  after(() => state.close());
  prepare(log);
  const events: FollowEvent[] = [];
  const end = new AbortController();
  let nowMs = Date.now();
  const left = [...steps];
  const report = await followLogs(state, logs(log), {
    ...options,
    signal: end.signal,
    clock: { nowMs: () => nowMs },
    wait: async () => {
      nowMs += 1000;
      const step = left[0] === untilItEnds ? untilItEnds : left.shift();
      if (step) await step({ log, state, events, nowMs });
      else end.abort();
    },
    onFollow: (event) => void events.push(event),
  });
  return { folder, log, state, events, report };
}

const named =
  (...suffixes: string[]) =>
  (log: string): FollowedLogs => ({
    lookups: namedLookups(
      suffixes.map((suffix) => log + suffix),
      undefined,
      'r',
      {},
    ),
    streams: [],
  });

const historyOf = (state: StateFile) => {
  const history = openHistory(state);
  return { summary: history.summary(), series: [...history.series()] };
};

async function historyOfText(text: string): Promise<ReturnType<typeof historyOf>> {
  const folder = mkdtempSync(path.join(root, 'whole-'));
  const state = openState(path.join(folder, 'state.db'));
  try {
    const file = path.join(folder, 'whole.log');
    writeFileSync(file, text);
    await ingestLogs(state, [{ path: file, replica: 'r' }], {});
    return historyOf(state);
  } finally {
    state.close();
  }
}

test('what is appended is stored round by round, whole lines alone, and quiet rounds write nothing', async () => {
  const counts: number[] = [];
  const count: Step = ({ state }) => void counts.push(openHistory(state).summary().events);
  let changes = -1;
  const { state, events, report } = await follow(
    named(''),
    (log) => writeFileSync(log, header + lines(0, 5)),
    [
      ({ log }) => appendFileSync(log, `${lines(5, 8)}${t0 + 8},read,k`),
      (at) => {
        count(at);
        changes = at.state.db.prepare<[], number>('SELECT total_changes()').pluck().get() ?? -1;
      },
      () => undefined,
      ({ state: { db } }) => assert.equal(db.prepare('SELECT total_changes()').pluck().get(), changes),
      ({ log }) => appendFileSync(log, 'ey8\n'),
      count,
    ],
  );
  assert.deepEqual(counts, [8, 9]);
  assert.deepEqual(
    events.map(({ kind }) => kind),
    ['began', 'stored', 'quiet', 'quiet', 'quiet', 'stored', 'quiet'],
  );
  assert.deepEqual(historyOf(state), await historyOfText(header + lines(0, 9)));
  const [file] = report.files;
  assert.deepEqual(
    [file?.state, file?.lines, file?.events, file?.ignored, file?.times?.outOfOrder],
    ['new', 10, 9, 1, 0],
  );
});

test('a log that is renamed is read to its end, though its new name was never given', async () => {
  let writer = -1;
  const { state, report } = await follow(
    named(''),
    (log) => {
      writeFileSync(log, header + lines(0, 5));
      writer = openSync(log, 'a');
    },
    [
      ({ log }) => {
        writeSync(writer, lines(5, 6));
        renameSync(log, `${log}.1`);
        writeSync(writer, lines(6, 7));
      },
      ({ log }) => {
        writeSync(writer, lines(7, 8));
        writeFileSync(log, header + lines(20, 23));
      },
      () => writeSync(writer, lines(8, 9)),
      ({ log }) => {
        // Once it is gone, another file that gets its inode is none of the log's.
        closeSync(writer);
        unlinkSync(`${log}.1`);
        for (let i = 0; i < 20; i++) writeFileSync(`${log}.${i}.other`, header + lines(900, 901));
      },
      ({ log }) => appendFileSync(log, lines(23, 24)),
      () => undefined,
    ],
  );
  assert.deepEqual(historyOf(state), await historyOfText(header + lines(0, 9) + lines(20, 24)));
  assert.deepEqual(report.files.map((file) => [path.basename(file.path), file.events]).sort(), [
    ['access.log', 9],
    ['access.log.1', 4],
  ]);
});

test('rotation by rename, copy and gzip between two rounds counts everything once', async () => {
  const { state, events } = await follow(
    named('', '.*'),
    (log) => writeFileSync(log, header + lines(0, 5000)),
    [
      ({ log }) => {
        appendFileSync(log, lines(5000, 5010));
        renameSync(log, `${log}.1`);
        writeFileSync(log, header + lines(6000, 6003));
      },
      ({ log }) => {
        appendFileSync(log, lines(6003, 6010));
        copyFileSync(log, `${log}.copy`);
        truncateSync(log);
        writeFileSync(`${log}.1.gz`, gzipSync(readFileSync(`${log}.1`)));
        unlinkSync(`${log}.1`);
      },
      ({ log }) => appendFileSync(log, header + lines(7000, 7004)),
      () => undefined,
    ],
  );
  const all = header + lines(0, 5010) + lines(6000, 6010) + lines(7000, 7004);
  assert.deepEqual(historyOf(state), await historyOfText(all));
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'gone' || kind === 'trouble'),
    [],
  );
});

test('a log that vanishes is told once, one that cannot be read once as long as it stays so, and the others go on', async () => {
  const packed = gzipSync(header + lines(100, 3000));
  const { state, events } = await follow(
    named('', '.b', '.*.gz'),
    (log) => {
      writeFileSync(log, header + lines(0, 5));
      writeFileSync(`${log}.b`, header + lines(50, 51));
    },
    [
      ({ log }) => {
        unlinkSync(`${log}.b`);
        writeFileSync(`${log}.1.gz`, packed.subarray(0, 40));
        appendFileSync(log, lines(5, 6));
      },
      ({ log }) => writeFileSync(`${log}.1.gz`, packed.subarray(0, 80)),
      ({ log }) => {
        writeFileSync(`${log}.b`, header + lines(51, 52));
        appendFileSync(log, lines(6, 7));
      },
      ({ log }) => unlinkSync(`${log}.b`),
      ({ log }) => writeFileSync(`${log}.1.gz`, packed),
      () => undefined,
    ],
  );
  assert.deepEqual(
    historyOf(state),
    await historyOfText(header + lines(0, 7) + lines(50, 52) + lines(100, 3000)),
  );
  const told = events.filter(({ kind }) => kind === 'gone' || kind === 'trouble');
  assert.equal(told.length, 2, JSON.stringify(told));
  assert.ok(told.some((event) => event.kind === 'gone' && event.path.endsWith('.b')));
  assert.ok(
    told.some((event) => event.kind === 'trouble' && /\.1\.gz ends in the middle/.test(event.message)),
  );
});

test('in the first round what cannot be read is an error, as ever', async () => {
  await assert.rejects(
    follow(named(''), () => undefined, []),
    { code: 'log-missing' },
  );
  await assert.rejects(
    follow(named('*.nothing'), () => undefined, []),
    { code: 'log-missing' },
  );
});

test('under --strict a line that cannot be read ends it, and what came before stays', async () => {
  let state: StateFile | undefined;
  const following = follow(
    named(''),
    (log) => writeFileSync(log, header + lines(0, 5)),
    [
      (at) => {
        state = at.state;
        appendFileSync(at.log, 'never,read,a\n');
      },
    ],
    { strict: true },
  );
  await assert.rejects(following, { code: 'log-line', message: /line 7: 'never' is not a time/ });
  assert.equal(state && openHistory(state).summary().events, 5);
});

test('a host is asked again at a longer interval, one look at a time, and a failure is told once', async () => {
  const asked: number[] = [];
  let nowMs = 0;
  let begun = 0;
  const remote: LogLookup = {
    isRemote: true,
    look: async () => {
      asked.push(begun++ === 0 ? 0 : nowMs);
      if (begun > 1) throw new Error('Cannot reach it.');
      return [];
    },
  };
  const startMs = Date.now();
  const { events } = await follow(
    (log) => ({ lookups: [...named('')(log).lookups, remote], streams: [] }),
    (log) => writeFileSync(log, header),
    Array.from({ length: 65 }, () => (at) => {
      nowMs = at.nowMs;
    }),
  );
  assert.ok(asked.length >= 4 && asked.length <= 5, String(asked));
  const pauses = asked.slice(2).map((at, i) => at - (asked[i + 1] as number));
  assert.ok(
    pauses.every((pause) => pause >= 15_000),
    `${pauses}, from ${startMs}`,
  );
  assert.deepEqual(
    events.filter(({ kind }) => kind === 'trouble'),
    [{ kind: 'trouble', message: 'Cannot reach it.' }],
  );
});

const stream = (): FollowedLogs => ({ lookups: [], streams: [{ path: '-', replica: 'r' }] });

/** Lets what was written come through to who reads it. */
const arrive = async (input: PassThrough, text: string) => {
  input.write(text);
  while (input.readableLength > 0) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
};

test('a stream is stored piece by piece, at line ends, in the layout that it began with, until it ends', async () => {
  const input = new PassThrough();
  const counts: number[] = [];
  const put =
    (text: string): Step =>
    async ({ state }) => {
      counts.push(openHistory(state).summary().events);
      await arrive(input, text);
    };
  const command = (i: number) => `${t0 + i}.000000 [0 127.0.0.1:1] "get" "key${i % 50}"\n`;
  const { state, report } = await follow(
    stream,
    () => undefined,
    [
      put('OK\n'),
      put(command(0) + command(1).slice(0, 20)),
      put(command(1).slice(20)),
      put('not,a,command\n'),
      put(command(2)),
      put(command(3).trimEnd()),
      () => {
        input.end();
      },
      untilItEnds,
    ],
    { stdin: input },
  );
  assert.deepEqual(counts, [0, 0, 1, 2, 2, 3]);
  const [file] = report.files;
  assert.deepEqual(
    [file?.format, file?.lines, file?.events, file?.rejected, file?.ignored],
    ['monitor', 6, 4, 1, 1],
  );
  assert.deepEqual(file?.rejects, [{ line: 4, reason: 'the line does not begin with a time' }]);
  assert.deepEqual(historyOf(state), await historyOfText(header + lines(0, 4)));
});

test('what came of a stream is stored when it is interrupted, and half a record never', async () => {
  const input = new PassThrough();
  const { state, report } = await follow(
    stream,
    () => undefined,
    [
      async () => arrive(input, `${header}${t0},read,"two\nlines"\n${t0},read,"cut\n`),
      async () => arrive(input, `in two"\n${t0},read,"half\n`),
      () => undefined,
    ],
    { stdin: input },
  );
  assert.deepEqual(
    historyOf(state)
      .series.map(({ key }) => key)
      .sort(),
    ['cut\nin two', 'two\nlines'],
  );
  assert.deepEqual([report.files[0]?.lines, report.files[0]?.events], [3, 2]);
});

test('what is no log on a stream is refused when more of it would not help', async () => {
  const input = new PassThrough();
  const steps: Step[] = [async () => arrive(input, 'no\n'), () => void input.end('log\n')];
  await assert.rejects(
    follow(stream, () => undefined, [...steps, untilItEnds], { stdin: input }),
    { code: 'log-layout-unknown' },
  );
});

test('a stream that breaks off is an error, and what came before it is kept', async () => {
  const input = new PassThrough();
  let state: StateFile | undefined;
  const following = follow(
    stream,
    () => undefined,
    [
      async (at) => {
        state = at.state;
        await arrive(input, header + lines(0, 9));
      },
      () => {
        input.destroy(new Error('the cable is cut'));
      },
      untilItEnds,
    ],
    { stdin: input },
  );
  await assert.rejects(following, { code: 'log-broken-off', message: /the cable is cut/ });
  assert.equal(state && openHistory(state).summary().events, 9);
  const cut = new PassThrough();
  cut.end(gzipSync(header + lines(0, 2000)).subarray(0, -10));
  await assert.rejects(
    follow(stream, () => undefined, [untilItEnds], { stdin: cut }),
    {
      code: 'log-broken-off',
      message: /standard input cannot be read on: unexpected end of file; what came before it is kept/,
    },
  );
});
