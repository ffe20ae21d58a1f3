import assert from 'node:assert/strict';
import type { Forecast } from '../../../src/core/forecast/forecast.ts';
import { type KeyForecast, keyForecast } from '../../../src/core/forecast/key-forecast.ts';

/** What is forecast of each key, by its name. */
export function byKey(result: Forecast): Map<string, KeyForecast> {
  return new Map(result.store.names.map((key, index) => [key, keyForecast(result, index)]));
}

/** No figure of any key is out of its range, and none is missing. */
export function assertSensible(result: Forecast): void {
  const { keys, names, lastReadMs } = result.store;
  assert.deepEqual([names.length, lastReadMs.length, result.firstReadMoves.length], [keys, keys, keys]);
  assert.ok(Number.isFinite(result.groupReads) && result.groupReads >= 0, `${result.groupReads}`);
  for (const [key, entry] of byKey(result)) {
    const { confidence, expectedReads, expectedWrites, expectedAtMs } = entry;
    assert.ok(confidence > 0 && confidence < 1, `${key}: ${confidence}`);
    assert.ok(expectedReads >= 0 && Number.isFinite(expectedReads), `${key}: ${expectedReads}`);
    assert.ok(expectedWrites >= 0 && Number.isFinite(expectedWrites), `${key}: ${expectedWrites}`);
    const after = expectedAtMs - result.originMs;
    assert.ok(after >= 0 && after <= result.horizonMs, `${key}: ${after}`);
  }
  for (const { model, windows, hitRate, served, calibrationError = 0, reason } of result.report.models) {
    if (windows === 0 || Number.isNaN(served)) {
      assert.ok(reason, `${model} was not tested, and nobody says why`);
      continue;
    }
    assert.ok(hitRate >= 0 && hitRate <= 1 + 1e-6, `${model}: ${hitRate}`);
    assert.ok(served >= 0 && served <= 1 + 1e-6, `${model}: ${served}`);
    assert.ok(calibrationError >= 0 && calibrationError <= 1, `${model}: ${calibrationError}`);
  }
}
