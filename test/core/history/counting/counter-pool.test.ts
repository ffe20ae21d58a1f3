import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { LogFormat } from '../../../../src/core/access-log/layout.ts';
import { type IngestReport, ingestLogs } from '../../../../src/core/history/ingest.ts';
import type { IngestOptions } from '../../../../src/core/history/ingest-options.ts';
import { openHistory } from '../../../../src/core/history/open-history.ts';
import { openState } from '../../../../src/core/state/open.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-pool-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

async function analyse(
  logs: string[],
  options: IngestOptions,
): Promise<{ dump: unknown; report: IngestReport }> {
  const state = openState(path.join(folder, `state${++files}.db`));
  try {
    const inputs = logs.map((text, i) => {
      const log = path.join(folder, `log${i}`);
      writeFileSync(log, text);
      return { path: log, replica: `r${i % 2}` };
    });
    const report = await ingestLogs(state, inputs, options);
    return { dump: [[...openHistory(state).series()], report.profile], report };
  } finally {
    state.close();
  }
}

const t0 = 1_700_000_000_000;
/** What lines may hold, by format; the first makes it known. */
const lines: Partial<Record<LogFormat, fc.Arbitrary<string>>> = {
  csv: fc.oneof(
    { weight: 20, arbitrary: fc.tuple(fc.nat(9e6), fc.nat(40)).map(([t, k]) => `${t0 + t},read,k${k},${k}`) },
    fc.nat(40).map((k) => `${t0},write,"quoted ""k${k}""\nof two lines",5`),
    fc.constantFrom('nonsense', '', 'x,read,k,1', `${t0},read,"open`),
  ),
  jsonl: fc.oneof(
    {
      weight: 20,
      arbitrary: fc
        .tuple(fc.nat(9e6), fc.nat(40))
        .map(([time, k]) => JSON.stringify({ time: t0 + time, key: `k${k}`, op: k % 3 ? 'get' : 'set' })),
    },
    fc.constantFrom('{', '[]', '', '{"time":1}'),
  ),
};
const firstLine: Partial<Record<LogFormat, string>> = {
  csv: 'time,op,key,size',
  jsonl: `{"time":${t0},"key":"k","op":"get"}`,
};

for (const format of ['csv', 'jsonl'] as const)
  test(`threads count what one thread counts, whatever the blocks and however often memory is full (${format})`, async () => {
    const log = fc
      .array(lines[format] ?? fc.constant(''), { minLength: 1, maxLength: 120 })
      .map((all) => [firstLine[format], ...all].join('\n'));
    await fc.assert(
      fc.asyncProperty(
        fc.array(log, { minLength: 1, maxLength: 4 }),
        fc.record({
          threads: fc.constantFrom(1, 2, 3),
          blockBytes: fc.integer({ min: 1, max: 400 }),
          keys: fc.integer({ min: 1, max: 60 }),
        }),
        async (logs, { threads, blockBytes, keys }) => {
          const limits = { buckets: 1e6, keys, keyBytes: 1e6 };
          const alone = await analyse(logs, { threads: 0 });
          const shared = await analyse(logs, { threads, blockBytes, limits, inlineBytes: 1 });
          assert.deepEqual(shared.dump, alone.dump);
          assert.deepEqual(shared.report, alone.report);
        },
      ),
      { seed: 11, numRuns: 25 },
    );
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.includes('spill')),
      [],
    );
  });
