import assert from 'node:assert/strict';
import { test } from 'node:test';
import stringWidth from 'string-width';
import type { PlanReport } from '../../src/core/plan/plan-report.ts';
import { brushFor } from '../../src/ui/metrics-paint.ts';
import { planLines } from '../../src/ui/plan-report.ts';

const keys = [
  '商品編號壹佰貳拾參號碼資料庫系統測試',
  'cart:👩‍👩‍👧‍👦:🇩🇪:👍🏽:👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦',
  'cafe\u0301:cre\u0300me',
  'מפתח:שלום',
  `order:${'0'.repeat(10_000)}:eu`,
  'x\u001b[31m\u202egpj',
];

/** The lines of a plan's table, of which those of these keys are told; all else of the report plays no part. */
function tableOf(env: NodeJS.ProcessEnv): string[] {
  const first = keys.map((key) => ({
    ...{ key, confidence: 0.9, expectedAt: '2026-01-05T12:00:00.000Z', expectedReads: 12.34 },
    ...{ expectedWrites: 0, donor: '東京-eins-zwei-drei', model: 'decay' },
  }));
  const report = {
    ...{ keys: 6, knownKeys: 9, bytes: 0, expectedReads: 74, expectedHitRate: 0.5, minConfidence: 0.5 },
    ...{ origin: '2026-01-05T11:00:00.000Z', horizonMs: 3_600_000, staleMs: 0, first, model: 'auto' },
    ...{ confidenceTenths: [0, 0, 0, 0, 0, 0, 0, 0, 0, 6] },
    forecast: { chosen: { model: 'decay' }, models: [], calibration: 'none', chosenFrom: 'flag' },
  } as unknown as PlanReport;
  const lines = planLines(report, '-', brushFor([], { NO_COLOR: '1', ...env }));
  const heading = lines.findIndex((line) => line.includes('KEY'));
  return lines.slice(heading, heading + 1 + keys.length);
}

test('keys of any writing keep the columns of a plan straight', () => {
  assert.deepEqual(tableOf({ LANG: 'C.UTF-8' }), [
    '     KEY                          CONF.    READS  FIRST READ (UTC)  DONOR',
    '   1 商品編號壹佰貳…料庫系統測試  0.900     12.3  2026-01-05 12:00  東京-eins-z…',
    '   2 cart:👩‍👩‍👧‍👦:🇩🇪:👍🏽:👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦       0.900     12.3  2026-01-05 12:00  東京-eins-z…',
    '   3 cafe\u0301:cre\u0300me                   0.900     12.3  2026-01-05 12:00  東京-eins-z…',
    '   4 מפתח:שלום                    0.900     12.3  2026-01-05 12:00  東京-eins-z…',
    '   5 order:00000000…0000000000:eu 0.900     12.3  2026-01-05 12:00  東京-eins-z…',
    '   6 x\\u001b[31m\\u202egpj         0.900     12.3  2026-01-05 12:00  東京-eins-z…',
  ]);
  for (const env of [{ LANG: 'C.UTF-8' }, { LANG: 'C' }])
    for (const line of tableOf(env)) {
      const at = line.search(/CONF\.|0\.900/);
      assert.equal(stringWidth(line.slice(0, at)), 34, line);
    }
});

test('where the locale is not UTF-8 the same table is ASCII', () => {
  for (const line of tableOf({ LANG: 'C' })) assert.match(line, /^[\x20-\x7e]+$/);
});
