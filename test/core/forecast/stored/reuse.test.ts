import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Forecast, type ForecastOptions, forecast } from '../../../../src/core/forecast/forecast.ts';
import { memoryHistory, type TestEvent } from '../memory-history.ts';
import { dayMs, KeptChoices, options, shop } from './choices.ts';

const steady = shop(34);
const until = (events: TestEvent[], days: number) => events.filter(({ timeMs }) => timeMs < days * dayMs);

/** Forecasts from the end of so many days. */
function at(
  days: number,
  stored: KeptChoices | undefined,
  { events = steady, ...changes }: Partial<ForecastOptions> & { events?: TestEvent[] } = {},
): Promise<Forecast> {
  return forecast(memoryHistory(until(events, days)), {
    ...options,
    originMs: days * dayMs,
    stored,
    ...changes,
  });
}

/** All that a plan is made of; models of series that earned no place are not tried again. */
function figures({
  expectedReads,
  confidence,
  expectedWrites,
  firstReadMoves,
  groupReads,
  report,
}: Forecast) {
  const { chosenFrom: _, storedMs, relearned, arima, lstm, ...rest } = report;
  return { expectedReads, confidence, expectedWrites, firstReadMoves, groupReads, rest };
}

test('a choice that still holds is reused: at once the same forecast, later one from what came since', async () => {
  const kept = new KeptChoices();
  const learned = await at(30, kept);
  assert.equal(learned.report.chosenFrom, 'backtest');
  assert.equal(learned.report.learned?.firstReadShare !== undefined, true);
  const again = await at(30, kept);
  assert.equal(again.report.chosenFrom, 'stored');
  assert.equal(again.report.storedMs, 30 * dayMs);
  assert.deepEqual(figures(again), figures(learned));

  const later = await at(33, kept);
  assert.equal(later.report.chosenFrom, 'stored', later.report.relearned);
  assert.equal(later.report.storedMs, 30 * dayMs);
  assert.notDeepEqual(later.expectedReads, learned.expectedReads);
  assert.equal(kept.saves, 1);
  assert.deepEqual(figures(await at(33, kept)), figures(later));
});

test('where the keys that are read change, it is learned anew, and said why', async () => {
  const kept = new KeptChoices();
  const events = shop(34, 30);
  await at(30, kept, { events });
  const drifted = await at(34, kept, { events });
  assert.equal(drifted.report.chosenFrom, 'backtest');
  assert.match(drifted.report.relearned ?? '', /simple rule|lead/);
  assert.equal(kept.saves, 2);
  assert.equal((await at(34, kept, { events })).report.storedMs, 34 * dayMs);
});

test('a forecast from an earlier time neither takes nor replaces what was learned later', async () => {
  const kept = new KeptChoices();
  await at(32, kept);
  const [blob] = kept.blobs.values();
  const blind = await at(28, undefined);
  const earlier = await forecast(memoryHistory(until(steady, 32)), {
    ...options,
    originMs: 28 * dayMs,
    stored: kept,
  });
  assert.match(earlier.report.relearned ?? '', /later events/);
  assert.deepEqual(earlier.expectedReads, blind.expectedReads);
  assert.deepEqual(earlier.confidence, blind.confidence);
  assert.ok([...kept.blobs.values()][0] === blob, 'what was learned later is gone');
});

test('it is learned anew on demand, after half of its history, for another half-life, and where the past has changed', async () => {
  const kept = new KeptChoices();
  await at(20, kept);
  const reason = async (days: number, changes: Parameters<typeof at>[2]) =>
    (await at(days, Object.assign(new KeptChoices(), { blobs: new Map(kept.blobs) }), changes)).report
      .relearned;
  assert.equal(await reason(20, { relearn: true }), 'asked for');
  assert.match((await reason(30, {})) ?? '', /horizons have passed/);
  assert.match((await reason(20, { halfLifeMs: 4 * dayMs })) ?? '', /half-life/);
  const more = steady.flatMap((event) => (event.timeMs < 5 * dayMs ? [event, event] : [event]));
  assert.match((await reason(20, { events: more })) ?? '', /has changed/);
});

test('a history that nothing can be tested on leaves nothing behind', async () => {
  const kept = new KeptChoices();
  const { report } = await at(1, kept);
  assert.equal(report.chosenFrom, 'default');
  assert.equal(kept.saves, 0);
});

test('simple rules are kept as well where one is named', async () => {
  const kept = new KeptChoices();
  for (const model of ['frequency', 'decay'] as const) {
    const learned = await at(30, kept, { model, relearn: true });
    const again = await at(30, kept, { model });
    assert.equal(again.report.chosenFrom, 'stored');
    assert.deepEqual(figures(again), figures(learned));
  }
});

test('what it was judged at is kept with the choice, which another threshold does not change', async () => {
  const choices = new KeptChoices();
  const history = memoryHistory(shop(30));
  const plan = (more: Partial<ForecastOptions>) =>
    forecast(history, { ...options, stored: choices, ...more });
  const first = await plan({ budgetKeys: 30 });
  const again = await plan({ budgetKeys: 29, minConfidence: 0.5 });
  assert.equal(again.report.chosenFrom, 'stored');
  assert.equal(again.report.judgedShare, first.report.judgedShare);
  assert.notEqual((await plan({ budgetKeys: 3 })).report.chosenFrom, 'stored');
});
