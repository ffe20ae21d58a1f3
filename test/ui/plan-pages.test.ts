import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ForecastReport, ModelScore } from '../../src/core/forecast/report.ts';
import type { BacktestReport } from '../../src/core/plan/backtest-report.ts';
import type { PlanReport } from '../../src/core/plan/plan-report.ts';
import { brushFor } from '../../src/ui/metrics-paint.ts';
import { backtestLines } from '../../src/ui/plan-backtest.ts';
import { modelName, modelWords } from '../../src/ui/plan-model-words.ts';
import { planLines } from '../../src/ui/plan-report.ts';

const hourMs = 3_600_000;
const plain = brushFor([], { LC_ALL: 'C', NO_COLOR: '1' });

function score(model: ModelScore['model'], served: number, changes: Partial<ModelScore> = {}): ModelScore {
  return {
    model,
    served,
    hitRate: served + 0.1,
    calibrationError: 0.0123,
    ms: 40,
    windows: 16,
    chosen: false,
    reason: '12.3 points behind',
    ...changes,
  };
}

const learned = score('learned', 0.62, { decayWeight: 0.5, halfLifeMs: 384 * hourMs, chosen: true });
const models = [
  learned,
  score('learned', 0.61, { decayWeight: 0 }),
  score('decay', 0.6, { halfLifeMs: 384 * hourMs }),
  score('decay', 0.59, { halfLifeMs: 3 * hourMs }),
  score('seasonal', 0.55, { cycleMs: 168 * hourMs }),
  score('frequency', 0.5),
  score('recency', 0.4),
  score('arima', Number.NaN, {
    reason: 'too few reads\u001b[2J',
    hitRate: Number.NaN,
    calibrationError: undefined,
  }),
];

function report(changes: Partial<ForecastReport> = {}): PlanReport {
  return {
    group: undefined,
    table: undefined,
    origin: '2026-01-21T00:00:00.000Z',
    horizonMs: 24 * hourMs,
    model: 'auto',
    keys: 0,
    knownKeys: 1000,
    bytes: 0,
    assumedSizeBytes: undefined,
    expectedReads: 0,
    expectedHitRate: 0,
    backtestedHitRate: undefined,
    sizedFor: undefined,
    minConfidence: 0.5,
    budgetKeys: undefined,
    budgetBytes: undefined,
    chosen: undefined,
    worthless: undefined,
    snapshot: undefined,
    confidenceTenths: new Array<number>(10).fill(0),
    staleMs: 0,
    first: [],
    forecast: {
      chosen: learned,
      chosenFrom: 'backtest',
      learnedFrom: 'backtest',
      storedMs: undefined,
      relearned: undefined,
      halfLifeMs: 384 * hourMs,
      halfLifeFrom: 'backtest',
      models,
      backtestWindows: 16,
      calibrationWindows: 16,
      learnedAtMs: Date.parse('2026-01-21T00:00:00.000Z'),
      judgedShare: 0.2,
      fellBack: false,
      judgedBy: 'time',
      calibration: 'isotonic',
      volumeRule: 'mean',
      births: undefined,
      cycle: 'week',
      learned: { rows: 60_000, features: 90, asked: [], firstReadShare: 0 },
      timeBudget: { seconds: 5, byClock: false },
      arima: undefined,
      lstm: undefined,
      ...changes,
    },
  };
}

function page(changes: Partial<ForecastReport> = {}, keys = 0): string {
  const lines = planLines({ ...report(changes), keys }, '-', plain);
  for (const line of lines) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  return lines.join('\n');
}

test('the page says what ordered the keys, and shows the best model of each kind beside it', () => {
  const text = page();
  assert.match(text, /Ordered by what was learned from 60,000 earlier moments of keys,/);
  assert.match(text, /with the decayed count of 16 d beside it: best of the backtest/);
  assert.match(text, /learned, decay x0\.5 +#+\.+ +62\.0 % \+/);
  const kinds = [...text.matchAll(/^ {2}(\w+)[^#\n]*#+\.+ +\d\d\.\d %/gm)].map(([, kind]) => kind);
  assert.deepEqual(kinds, ['learned', 'decay', 'seasonal', 'frequency', 'recency']);
  assert.doesNotMatch(text, /ARIMA|LSTM|judged on keys/);
});

test('a simple rule is named with what sets it', () => {
  const chosen = { model: 'decay', halfLifeMs: 192 * hourMs } as const;
  const decayed = { chosen, halfLifeMs: 192 * hourMs };
  assert.match(page(decayed), /Ordered by decayed frequency, half-life 8 d: best of the backtest/);
  assert.match(page({ ...decayed, halfLifeFrom: 'tuned' }), /half-life 8 d: as tuned/);
  assert.match(
    page({ chosen: { model: 'seasonal', cycleMs: 168 * hourMs }, chosenFrom: 'named' }),
    /reads at the same time before, every 7 d: as said/,
  );
  assert.match(
    page({ chosen: { model: 'frequency' }, chosenFrom: 'default', models: [], backtestWindows: 0 }),
    /Ordered by frequency: nothing to test it on yet/,
  );
});

test('what confidence rests on is said: windows, other keys, or nothing', () => {
  assert.match(page({}, 5), /calibrated on 16 earlier windows of 24 h/);
  const byKeys = page({ judgedBy: 'keys' }, 5);
  assert.match(byKeys, /judged on keys that it had not seen/);
  assert.match(byKeys, /by the decayed count: what is learned was judged by keys only/);
  assert.match(page({ calibration: 'none' }, 5), /not calibrated, the history is too short/);
});

test('series models say what they were tried on and what went wrong, safe to print', () => {
  const tried = { fitted: 30, workUnits: 9, keys: 200, ms: 1400 };
  const text = page({
    arima: { ...tried, failed: 3, failure: 'no\u001b[2Jgo', skipped: 4 },
    lstm: { ...tried, failed: 0, failure: undefined, skipped: 0 },
  });
  assert.match(
    text.replace(/\n +/g, ' '),
    /ARIMA taken for 200 keys \(1\.4 s\), 3 failed \(no\\u001b\[2Jgo\), 4 fits past its share/,
  );
  assert.match(text, /LSTM taken for 200 keys \(1\.4 s\)$/m);
});

test('a series model that there was nothing to test on, or no time for, is not said to have been tried', () => {
  const none = { fitted: 0, failed: 0, failure: undefined, workUnits: 0, skipped: 0, keys: 0, ms: 0 };
  const text = page({ arima: none, lstm: { ...none, skipped: 7, ms: 3 } });
  assert.match(text, /ARIMA not tried: there was nothing to test it on$/m);
  assert.match(text, /LSTM not tried \(3 ms\), 7 fits past its share of --time-budget$/m);
  const tried = page({ arima: { ...none, fitted: 30, ms: 40 } });
  assert.match(tried, /ARIMA tried, and not taken \(40 ms\)$/m);
});

function backtest(changes: Partial<BacktestReport> = {}, brush = plain): string {
  const lines = backtestLines(
    {
      origin: '2026-01-21T00:00:00.000Z',
      horizonMs: 24 * hourMs,
      windows: 16,
      knownKeys: 1000,
      judgedKeys: 200,
      judgedBy: 'time',
      models,
      chosen: learned,
      bestSimple: models[2],
      lead: { overBestSimple: 0.02, overFrequency: 0.12 },
      ...changes,
    },
    brush,
  );
  if (brush === plain) for (const line of lines) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  return lines.join('\n');
}

test('the backtest has a line a model, with why it is not taken, and what could not be tested', () => {
  const text = backtest();
  assert.match(text, /for a plan of 200 of 1,000 keys/);
  assert.match(text, /learned, decay x0\.5 +62\.00 % +72\.00 % +0\.012 +40 ms {2}chosen \+/);
  assert.match(text, /decay, 3 h .* 12\.3 points behind/);
  assert.match(text, /ARIMA +- +- +- +40 ms {2}too few reads\\u001b/);
});

test('the backtest says in words what forecasting is worth', () => {
  const flat = (changes: Partial<BacktestReport>) => backtest(changes).replace(/\n +/g, ' ');
  assert.match(
    flat({}),
    /Forecasting pays here: \+2\.00 points over the best simple rule \(the decayed count, half-life 16 d\), \+12\.00 points over plain frequency\./,
  );
  const lead = (overBestSimple: number) => ({ lead: { overBestSimple, overFrequency: 0 } });
  assert.match(flat(lead(0.0005)), /gains nothing over a simple rule here: \+0\.05 points/);
  assert.match(flat(lead(-0.01)), /A simple rule would have served more here: -1\.00 points/);
  assert.match(flat({ chosen: models[2] }), /A simple rule does best here, and is taken: the decayed count/);
  assert.match(
    backtest({ windows: 0, models: models.slice(-1), chosen: undefined }),
    /Nothing to test on yet/,
  );
});

test('models are named in a table and in a sentence', () => {
  assert.equal(modelName({ model: 'learned', decayWeight: 0, halfLifeMs: hourMs }), 'learned');
  assert.equal(modelWords({ model: 'recency' }), 'the time of the last read');
  assert.equal(modelWords({ model: 'lstm' }), 'the LSTM');
});

test('with --plain the rows of a backtest are sentences', () => {
  const words = brushFor(['--plain'], { LC_ALL: 'C.UTF-8' });
  const lines = backtest({}, words).split('\n');
  assert.ok(
    lines.some((line) =>
      /^ {2}model learned.*, served 62\.00 %, hit rate 72\.00 %, calibration error 0\.012, cost 40 ms, chosen\.$/.test(
        line,
      ),
    ),
    lines.join('\n'),
  );
  assert.doesNotMatch(lines.join('\n'), /MODEL|SERVED {2}/);
});
