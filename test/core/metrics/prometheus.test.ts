import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { JoinerLog } from '../../../src/core/metrics/came-true.ts';
import { readStoredPlan } from '../../../src/core/metrics/plan-text.ts';
import { newestOfEach, prometheusText } from '../../../src/core/metrics/prometheus.ts';
import { figuresOf } from '../../../src/core/metrics/run-figures.ts';
import { type RunReport, reportOf } from '../../../src/core/metrics/run-report.ts';
import type { StoredRun } from '../../../src/core/state/runs.ts';
import { examplePlan, exampleRun, exampleSnapshot, startMs } from './run-example.ts';

interface ParsedSample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

/**
 * Reads the text format as its documentation has it ("Text-based format" of the exposition formats, 0.0.4), and refuses all else: lines end with a line feed; HELP and TYPE at
 * most once a metric, TYPE before its first sample, all lines of a metric together; label values with `\\`, `\"` and `\n` escaped; no timestamp.
 */
function parse(text: string): {
  samples: ParsedSample[];
  help: Map<string, string>;
  types: Map<string, string>;
} {
  const samples: ParsedSample[] = [];
  const help = new Map<string, string>();
  const types = new Map<string, string>();
  const done = new Set<string>();
  let current: string | undefined;
  assert.ok(text === '' || text.endsWith('\n'), 'the last line ends with a line feed');
  const enter = (name: string) => {
    if (name === current) return;
    assert.ok(!done.has(name), `the lines of ${name} are not together`);
    if (current !== undefined) done.add(current);
    current = name;
  };
  for (const line of text.split('\n').slice(0, -1)) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/.exec(line);
    if (comment) {
      const [, kind, name = '', rest = ''] = comment;
      enter(name);
      const known = kind === 'HELP' ? help : types;
      assert.ok(!known.has(name), `a second ${kind} of ${name}`);
      if (kind === 'TYPE') {
        assert.match(rest, /^(counter|gauge|histogram|summary|untyped)$/);
        assert.ok(!samples.some((sample) => sample.name === name), `TYPE of ${name} after a sample`);
      } else assert.match(rest, /^(?:[^\\]|\\\\|\\n)*$/, 'a HELP text escapes backslashes');
      known.set(name, rest);
      continue;
    }
    assert.ok(!line.startsWith('#'), line);
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[^"}]|"(?:[^"\\]|\\["\\n])*")*)\} (\S+)$/.exec(line);
    assert.ok(sample, `no sample, or one with a timestamp: ${line}`);
    const [, name = '', labelText = '', value] = sample;
    enter(name);
    const labels: Record<string, string> = {};
    const label = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/y;
    while (label.lastIndex < labelText.length) {
      const found = label.exec(labelText);
      assert.ok(found, `labels: ${labelText}`);
      const [, labelName = '', escaped = ''] = found;
      assert.ok(!(labelName in labels), `${labelName} twice`);
      labels[labelName] = escaped.replace(/\\(.)/g, (_, sign: string) => (sign === 'n' ? '\n' : sign));
    }
    assert.match(value ?? '', /^[+-]?(\d+(\.\d+)?(e[+-]?\d+)?|Inf|NaN)$/);
    samples.push({ name, labels, value: Number(value) });
  }
  const series = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  assert.equal(new Set(series).size, series.length, 'no series twice');
  return { samples, help, types };
}

function stored(more: Partial<StoredRun> = {}, snapshot = exampleSnapshot()): StoredRun {
  return {
    ...exampleRun(snapshot),
    joiner: 'eu-west',
    hasPlan: true,
    metrics: undefined,
    ...more,
    snapshot: JSON.parse(JSON.stringify(snapshot)),
  } as StoredRun;
}

async function measured(run: StoredRun): Promise<RunReport> {
  const figures = figuresOf(run);
  assert.ok(figures);
  const log = await JoinerLog.against(figures, await readStoredPlan(zstdCompressSync(examplePlan)));
  for (let n = 0; n < 200; n++)
    log.take({
      timeMs: startMs + n * 50,
      key: 'a',
      read: true,
      served: { hit: n > 10, found: true, by: undefined },
    });
  return reportOf({ ...run, metrics: log.result(startMs + 20_000) });
}

test('a collector can read it: help, types, labels, base units, and no timestamps', async () => {
  const snapshot = exampleSnapshot();
  Object.assign(snapshot.donors[0] ?? {}, { cpuMs: 1500, peakBytes: 1000 });
  const run = await measured(stored({}, snapshot));
  const { samples, help, types } = parse(prometheusText([run]));
  const value = (name: string, labels: Record<string, string> = {}) =>
    samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;
  assert.equal(value('foresync_initial_sync_seconds'), 10);
  assert.equal(value('foresync_run_done'), 1);
  assert.equal(value('foresync_expected_hit_ratio'), 0.6);
  assert.equal(value('foresync_replica_reads', { kind: 'planned', result: 'miss' }), 11);
  assert.equal(value('foresync_ready_seconds', { hit_ratio: '0.9' }), 0.05);
  assert.equal(value('foresync_wasted_bytes'), 1400);
  assert.equal(value('foresync_donor_cpu_seconds', { donor: 'us-east' }), 1.5);
  assert.ok(samples.every(({ labels }) => labels.group === 'shop' && labels.joiner === 'eu-west'));
  for (const { name } of samples) {
    assert.match(name, /^foresync_[a-z_]+$/);
    assert.doesNotMatch(name, /(_ms|_milliseconds|_percent|_total|_timestamp)$/);
    assert.ok(help.has(name) && types.get(name) === 'gauge', name);
  }
});

test('names of any characters come out as they are, and what is not known is left out', () => {
  const joiner = 'a"b\\c\nd,e}f 東京';
  const run = reportOf(stored({ joiner, group: '' }, exampleSnapshot({ until: 'hot' })));
  const { samples } = parse(prometheusText([run]));
  assert.ok(samples.length > 0);
  assert.ok(samples.every(({ labels }) => labels.joiner === joiner && labels.group === ''));
  const names = new Set(samples.map(({ name }) => name));
  for (const absent of ['initial_sync_seconds', 'plan_hit_ratio', 'wasted_bytes', 'donor_cpu_seconds'])
    assert.ok(!names.has(`foresync_${absent}`), absent);
  assert.equal(samples.find(({ name }) => name === 'foresync_run_done')?.value, 0);
  assert.equal(prometheusText([]), '');
});

test('each joiner is told by its newest run, and prefetches are not told', () => {
  const runs = [
    stored({ id: 'new', startedMs: 3 }),
    stored({ id: 'prefetch', command: 'prefetch', joiner: undefined }),
    stored({ id: 'old', startedMs: 2 }),
    stored({ id: 'other', joiner: 'ap-south', startedMs: 1 }),
    stored({ id: 'elsewhere', group: 'books', startedMs: 1 }),
  ].map(reportOf);
  const newest = newestOfEach(runs);
  assert.deepEqual(
    newest.map(({ id }) => id),
    ['new', 'other', 'elsewhere'],
  );
  parse(prometheusText(newest));
});
