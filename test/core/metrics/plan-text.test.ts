import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import {
  canonicalLogKey,
  logKeyOf,
  type PlannedKey,
  readStoredPlan,
} from '../../../src/core/metrics/plan-text.ts';
import { examplePlan, planText } from './run-example.ts';

test('reads the header and streams the entries in their order', async () => {
  const plan = await readStoredPlan(zstdCompressSync(examplePlan));
  assert.equal(plan.halfLifeMs, 3_600_000);
  assert.deepEqual(
    (await collect(plan.entries)).map(({ key, confidence, sizeBytes }) => [key, confidence, sizeBytes]),
    [
      ['a', 0.95, 100],
      ['b', 0.85, 200],
      ['c', 0.75, 400],
      ['d', 0.65, 800],
    ],
  );
});

test('reads a plan that does not fit one piece of the stream', async () => {
  const entries = Array.from({ length: 20_000 }, (_, index) => ({ key: `ключ-${index}`, confidence: 0.5 }));
  const plan = await readStoredPlan(zstdCompressSync(planText(entries)));
  const keys = (await collect(plan.entries)).map(({ key }) => key);
  assert.deepEqual(
    keys,
    entries.map(({ key }) => key),
  );
});

test('a plan that is cut or broken is refused', async () => {
  const whole = zstdCompressSync(examplePlan);
  const read = async (bytes: Uint8Array) => collect((await readStoredPlan(bytes)).entries);
  const broken = { name: 'ForesyncError', code: 'run-plan-broken' };
  await assert.rejects(read(whole.subarray(0, whole.length - 9)), broken);
  await assert.rejects(read(Buffer.from('not zstd')), broken);
  await assert.rejects(read(zstdCompressSync('{}\n')), broken);
  await assert.rejects(read(zstdCompressSync(planText([{ key: 'a', confidence: 2 }]))), broken);
  await assert.rejects(
    read(zstdCompressSync(planText([{ key: 'a', confidence: 0.5 }], { entries: 2 }))),
    broken,
  );
  await assert.rejects(read(zstdCompressSync(`${planText([], { entries: 1 })}oops\n`)), broken);
});

test('keys of a plan and of a log compare by their characters', () => {
  assert.equal(logKeyOf('85123A'), '85123A');
  assert.equal(logKeyOf(17), '17');
  assert.equal(logKeyOf({ int: '9007199254740993' }), '9007199254740993');
  assert.equal(logKeyOf(['a', { int: '1' }]), canonicalLogKey('[ "a", {"int": "1"} ]'));
  assert.equal(canonicalLogKey('[not json'), '[not json');
});

async function collect(entries: AsyncIterable<PlannedKey>): Promise<PlannedKey[]> {
  const found: PlannedKey[] = [];
  for await (const entry of entries) found.push(entry);
  return found;
}
