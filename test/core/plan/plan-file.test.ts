import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { maxLineBytes } from '../../../src/core/plan/plan-line.ts';
import type { PlanEntry, PlanHeader } from '../../../src/core/plan/prefetch-plan.ts';
import { readPlan } from '../../../src/core/plan/read-plan.ts';
import { writePlan } from '../../../src/core/plan/write-plan.ts';
import type { RowKeyPart } from '../../../src/core/row-key.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-plan-'));
after(() => rmSync(folder, { recursive: true }));
let files = 0;
const fresh = () => path.join(folder, `plan-${files++}.jsonl`);

const text = fc.string({ unit: 'binary', maxLength: 40 });
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0);
const count = fc.double({ min: 0, max: 1e15, noNaN: true }).map((value) => value + 0);
const time = fc
  .date({ min: new Date('1900-01-01T00:00:00Z'), max: new Date('2200-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const keyPart: fc.Arbitrary<RowKeyPart> = fc.oneof(
  text,
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => ({ int: String(value) })),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ base64: Buffer.from(bytes).toString('base64') })),
);
const entry: fc.Arbitrary<PlanEntry> = fc.record(
  {
    key: fc.oneof(keyPart, fc.array(keyPart, { minLength: 1, maxLength: 4 })),
    confidence: share,
    expectedAt: time,
    expectedReads: count,
    expectedWrites: count,
    sizeBytes: count,
    donor: text,
    model: text,
    pinned: fc.boolean(),
  },
  { requiredKeys: ['key', 'confidence', 'expectedAt', 'expectedReads', 'expectedWrites', 'model'] },
);

function headerFor(entries: number, changes: Partial<PlanHeader> = {}): PlanHeader {
  const origin = '2011-11-01T00:00:00.000Z';
  const head = { kind: 'foresync.plan', version: 1, origin, horizonMs: 86_400_000 } as const;
  return { ...head, model: 'auto', minConfidence: 0.5, entries, expectedHitRate: 0.6, ...changes };
}

async function all(file: string): Promise<PlanEntry[]> {
  const found: PlanEntry[] = [];
  for await (const one of (await readPlan(file)).entries()) found.push(one);
  return found;
}

test('what is written is read back', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(entry, { maxLength: 30 }), async (entries) => {
      const file = fresh();
      const header = headerFor(entries.length, { group: 'shop', table: 'items', extra: [1] });
      await writePlan(file, { header, entries: () => entries });
      assert.deepEqual((await readPlan(file)).header, header);
      assert.deepEqual(await all(file), JSON.parse(JSON.stringify(entries)));
    }),
    { seed: 51, numRuns: 60 },
  );
});

test('a plan of many blocks is read back, as often as it is asked for', async () => {
  const file = fresh();
  const entries = Array.from({ length: 20_000 }, (_, i) => ({ ...sample, key: `größe-${i}-€` }));
  await writePlan(file, { header: headerFor(entries.length), entries: () => entries });
  const plan = await readPlan(file);
  for (let i = 0; i < 2; i++) {
    let place = 0;
    for await (const { key } of plan.entries()) assert.equal(key, `größe-${place++}-€`);
    assert.equal(place, entries.length);
  }
});

test('a plan replaces the one before, and a plan that fails leaves it alone', async () => {
  const target = mkdtempSync(path.join(folder, 'atomic-'));
  const file = path.join(target, 'plan.jsonl');
  await writePlan(file, { header: headerFor(1), entries: () => [sample] });
  const before = readFileSync(file, 'utf8');
  function* failing() {
    yield sample;
    throw new Error('no more');
  }
  await assert.rejects(writePlan(file, { header: headerFor(2), entries: failing }), {
    code: 'plan-unwritable',
    kind: 'io',
  });
  await assert.rejects(
    writePlan(file, { header: headerFor(1), entries: () => [sample] }, AbortSignal.abort()),
    { name: 'AbortError' },
  );
  assert.equal(readFileSync(file, 'utf8'), before);
  assert.deepEqual(readdirSync(target), ['plan.jsonl']);
});

test('a place that cannot be written is one io error', async () => {
  const plan = { header: headerFor(0), entries: () => [] };
  await assert.rejects(writePlan(path.join(folder, 'no', 'such', 'plan'), plan), {
    code: 'plan-unwritable',
    kind: 'io',
  });
  const taken = path.join(folder, 'taken');
  mkdirSync(path.join(taken, 'x'), { recursive: true });
  await assert.rejects(writePlan(taken, plan), { code: 'plan-unwritable' });
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

const sample: PlanEntry = {
  key: 'a',
  confidence: 0.9,
  expectedAt: '2011-11-01T08:41:00.000Z',
  expectedReads: 1,
  expectedWrites: 0,
  model: 'decay',
};

function fileOf(...lines: unknown[]): string {
  const file = fresh();
  const texts = lines.map((line) =>
    typeof line === 'string' || Buffer.isBuffer(line) ? line : JSON.stringify(line),
  );
  writeFileSync(
    file,
    Buffer.concat(texts.map((line) => Buffer.concat([Buffer.from(line as string), Buffer.from('\n')]))),
  );
  return file;
}

const brokenHeaders: [what: string, header: unknown][] = [
  ['not JSON', 'kind: foresync.plan'],
  ['an array', '[]'],
  ['null', 'null'],
  ['another kind', headerFor(1, { kind: 'other' as never })],
  ['another version', headerFor(1, { version: 2 as never })],
  ['no origin', { ...headerFor(1), origin: undefined }],
  ['a local time', headerFor(1, { origin: '2011-11-01T00:00:00' })],
  ['a horizon of nothing', headerFor(1, { horizonMs: 0 })],
  ['a text for a number', headerFor(1, { minConfidence: '0.5' as never })],
  ['a share above one', headerFor(1, { expectedHitRate: 1.1 })],
  ['a fraction of entries', headerFor(1.5)],
  ['fewer entries than none', headerFor(-1)],
  ['a number past all', '{"kind":"foresync.plan","version":1,"horizonMs":1e999}'],
];
for (const [what, header] of brokenHeaders) {
  test(`a header with ${what} is refused as line 1`, async () => {
    await assert.rejects(readPlan(fileOf(header, sample)), {
      code: 'plan-invalid',
      kind: 'data',
      message: /^Line 1 of/,
    });
  });
}

const brokenEntries: [what: string, entry: unknown][] = [
  ['nothing', ''],
  ['half of JSON', '{"key":"a"'],
  ['a number', '7'],
  ['no key', { ...sample, key: undefined }],
  ['a null key', { ...sample, key: null }],
  ['a key that is true', { ...sample, key: true }],
  ['an empty composite key', { ...sample, key: [] }],
  ['a key nested twice', { ...sample, key: [['a']] }],
  ['an integer that is none', { ...sample, key: { int: '1e5' } }],
  ['an integer of too many digits', { ...sample, key: { int: '9'.repeat(30) } }],
  ['base64 that is none', { ...sample, key: { base64: '****' } }],
  ['two readings of a key', { ...sample, key: { int: '1', base64: '' } }],
  ['a key of an unknown type', { ...sample, key: { date: '1' } }],
  ['a confidence above one', { ...sample, confidence: 1.01 }],
  ['a negative count', { ...sample, expectedReads: -1 }],
  ['a time that is none', { ...sample, expectedAt: '2011-13-01T00:00:00Z' }],
  ['a size that is a text', { ...sample, sizeBytes: '12' }],
  ['a donor that is an object', { ...sample, donor: {} }],
  ['a field that is not known', { ...sample, command: 'rm -rf /' }],
  ['a prototype', '{"__proto__":{"key":"a"},"confidence":1}'],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
];
for (const [what, broken] of brokenEntries) {
  test(`an entry with ${what} is refused by its line`, async () => {
    const file = fileOf(headerFor(3), sample, broken, sample);
    await assert.rejects(all(file), { code: 'plan-invalid', kind: 'data', message: /^Line 3 of/ });
  });
}

test('the entries before a broken line have come by then', async () => {
  const plan = await readPlan(fileOf(headerFor(2), sample, 'x'));
  const found: PlanEntry[] = [];
  await assert.rejects(async () => {
    for await (const one of plan.entries()) found.push(one);
  });
  assert.deepEqual(found, [sample]);
});

test('a file that was cut, or grew, is noticed', async () => {
  await assert.rejects(all(fileOf(headerFor(3), sample)), {
    code: 'plan-invalid',
    message: /ends after 1 of 3 entries/,
  });
  await assert.rejects(all(fileOf(headerFor(0), sample)), {
    code: 'plan-invalid',
    message: /Line 2 .* says 0 entries/,
  });
  await assert.rejects(readPlan(fileOf()), { code: 'plan-invalid', message: /empty/ });
});

test('the last line may lack its end', async () => {
  const file = fresh();
  writeFileSync(file, `${JSON.stringify(headerFor(1))}\n${JSON.stringify(sample)}`);
  assert.deepEqual(await all(file), [sample]);
});

test('a line past a megabyte is refused, with and without an end', async () => {
  const long = JSON.stringify({ ...sample, key: 'x'.repeat(maxLineBytes) });
  await assert.rejects(all(fileOf(headerFor(2), sample, long)), {
    code: 'plan-invalid',
    message: /^Line 3 .* longer than/,
  });
  const endless = fresh();
  writeFileSync(endless, Buffer.alloc(8 * maxLineBytes, 0x7b));
  await assert.rejects(readPlan(endless), { code: 'plan-invalid', message: /^Line 1 .* longer than/ });
});

test('a line of just a megabyte is read', async () => {
  const room = maxLineBytes - JSON.stringify({ ...sample, key: '' }).length;
  const [found] = await all(fileOf(headerFor(1), { ...sample, key: 'x'.repeat(room) }));
  assert.equal(found?.key, 'x'.repeat(room));
});

test('a plan that is not there, or a folder, is one io error', async () => {
  await assert.rejects(readPlan(path.join(folder, 'none')), { code: 'plan-missing', kind: 'io' });
  await assert.rejects(readPlan(folder), { code: 'plan-unreadable', kind: 'io' });
});

test('any bytes at all are read or refused, never a defect', async () => {
  const start = Buffer.from(`${JSON.stringify(headerFor(1))}\n`);
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.uint8Array({ maxLength: 200 }), async (withHeader, bytes) => {
      const file = fresh();
      writeFileSync(file, withHeader ? Buffer.concat([start, bytes]) : bytes);
      await assert.rejects(all(file), { code: 'plan-invalid' });
    }),
    { seed: 52, numRuns: 60 },
  );
});
