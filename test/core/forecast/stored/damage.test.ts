import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { type Forecast, forecast } from '../../../../src/core/forecast/forecast.ts';
import { bodyStart } from '../../../../src/core/forecast/stored/choice-format.ts';
import { decodeChoice } from '../../../../src/core/forecast/stored/decode-choice.ts';
import { encodeChoice, wrap } from '../../../../src/core/forecast/stored/encode-choice.ts';
import { memoryHistory } from '../memory-history.ts';
import { KeptChoices, options, shop } from './choices.ts';

const history = memoryHistory(shop(24));
const kept = new KeptChoices();
await forecast(history, { ...options, stored: kept });
const [[budgetClass, blob] = [0, new Uint8Array()]] = kept.blobs;
const json = zstdDecompressSync(blob.subarray(bodyStart)).toString();

async function forecastFrom(stored: Uint8Array): Promise<Forecast> {
  const choices = new KeptChoices();
  choices.blobs.set(budgetClass, stored);
  return forecast(history, { ...options, stored: choices });
}

function assertSensible({ expectedReads, confidence, expectedWrites, firstReadMoves }: Forecast): void {
  const reads = (value: number) => value >= 0 && Number.isFinite(value);
  assert.ok(expectedReads.length > 0);
  assert.ok(expectedReads.every(reads));
  assert.ok(expectedWrites.every(reads));
  assert.ok(confidence.every((value) => value > 0 && value < 1));
  assert.ok(firstReadMoves.every(Number.isFinite));
}

test('what is stored comes back as it was', () => {
  const found = decodeChoice(blob);
  assert.ok(typeof found === 'object');
  assert.ok(found.learned && found.learned.forests.length > 0);
  assert.ok(isDeepStrictEqual(decodeChoice(encodeChoice(found)), found));
});

test('a byte that is changed or cut off is found out', () => {
  const change = fc.record({ at: fc.nat(blob.length - 1), by: fc.integer({ min: 1, max: 255 }) });
  fc.assert(
    fc.property(change, ({ at, by }) => {
      const damaged = blob.map((byte, i) => (i === at ? byte ^ by : byte));
      assert.notEqual(typeof decodeChoice(damaged), 'object');
      assert.notEqual(typeof decodeChoice(blob.subarray(0, at)), 'object');
    }),
    { seed: 5, numRuns: 300, examples: [[{ at: 0, by: 1 }], [{ at: 9, by: 1 }]] },
  );
});

test('what another version stored is as if it were not there', async () => {
  const other = blob.map((byte, i) => (i === 0 ? byte ^ 1 : byte));
  assert.equal(decodeChoice(other), undefined);
  const { report } = await forecastFrom(other);
  assert.deepEqual([report.chosenFrom, report.relearned], ['backtest', undefined]);
});

test('what is damaged is learned anew, and said so', async () => {
  const { report } = await forecastFrom(blob.subarray(0, blob.length / 2));
  assert.equal(report.chosenFrom, 'backtest');
  assert.match(report.relearned ?? '', /damaged/);
});

/** Values at any depth, by their paths. */
type Change = { path: number[]; value: unknown };

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
  value: fc.oneof(
    fc.constantFrom<unknown>(
      null,
      '',
      [],
      {},
      -1,
      0,
      1,
      2,
      0.5,
      254,
      255,
      256,
      1e9,
      -1e9,
      1e300,
      -1e300,
      1e-300,
    ),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  ),
});

/** Goes down the path as far as it goes, and puts the value there. */
function changed({ path, value }: Change): string {
  const whole = JSON.parse(json);
  let at = whole;
  for (const [depth, step] of path.entries()) {
    const names = Object.keys(at);
    const name = names[step % Math.max(1, names.length)];
    if (name === undefined) break;
    const below = at[name];
    if (depth === path.length - 1 || typeof below !== 'object' || below === null) {
      at[name] = value;
      break;
    }
    at = below;
  }
  return JSON.stringify(whole);
}

test('whatever stands in a body that is whole, a forecast is made and its figures are numbers', async () => {
  let taken = 0;
  await fc.assert(
    fc.asyncProperty(change, async (one) => {
      const stored = wrap(changed(one));
      if (typeof decodeChoice(stored) !== 'object') return;
      taken++;
      assertSensible(await forecastFrom(stored));
    }),
    { seed: 8, numRuns: 25, endOnFailure: true },
  );
  assert.ok(taken > 0);
});

test('trees whose ways do not end, and values that no exponential bears, are not taken', () => {
  const whole = JSON.parse(json);
  const tries: ((undo: typeof whole) => void)[] = [
    (w) => (w.learned.forests[0].forest[0].left[0] = 0),
    (w) => (w.learned.forests[0].forest[0].right[0] = 30_000),
    (w) => (w.learned.forests[0].forest[0].feature[0] = 9999),
    (w) => w.learned.forests[0].forest[0].value.pop(),
    (w) => (w.learned.forests[0].base = 1e3),
    (w) => w.learned.edges.pop(),
    (w) => w.learned.edges[0].reverse(),
    (w) => (w.rates.confidence.byShare.y[0] = 1.5),
    (w) => w.rates.confidence.byShare.x.reverse(),
    (w) => (w.candidate = { rule: 999 }),
    (w) => (w.decay = 999),
  ];
  for (const attempt of tries) {
    const copy = structuredClone(whole);
    attempt(copy);
    assert.equal(decodeChoice(wrap(JSON.stringify(copy))), 'damaged', attempt.toString());
  }
});
