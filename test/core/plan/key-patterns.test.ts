import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { ForesyncError } from '../../../src/core/errors.ts';
import { mark, markKeys } from '../../../src/core/plan/key-marks.ts';
import { readKeyPatterns } from '../../../src/core/plan/key-patterns.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-patterns-'));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string, content: string | Buffer) => writeFileSync(path.join(folder, name), content);

const read = (...patterns: string[]) => readKeyPatterns([{ patterns, folder }]);
const refusal = (code: string, kind: string) => (error: unknown) =>
  error instanceof ForesyncError && error.code === code && error.kind === kind;

test('marks are those of the patterns, exclude beats pin, and unseen keys are told', async () => {
  file('wanted.txt', 'a1\r\n\nnew\n@odd\n');
  const keys = ['a1', 'a2', 'b1', '@odd', '*'];
  const pin = read('@wanted.txt', 'b?', '\\@later', '\\*', 'gone', 'new');
  const found = await markKeys(keys, { pin, exclude: read('a2', 'b*', 'gone', 'nothing') });
  const { none, pinned, excluded } = mark;
  assert.deepEqual([...found.marks], [pinned, excluded, excluded, pinned, pinned]);
  assert.deepEqual([found.pinned, found.excluded], [3, 2]);
  assert.deepEqual(found.unseen, ['new', '@later']);
  assert.deepEqual(
    [...(await markKeys(keys, { pin: read('x*'), exclude: read() })).marks],
    keys.map(() => none),
  );
});

test('marking ends when the signal trips', async () => {
  const keys = Array.from({ length: 50_000 }, (_, i) => `k${i}`);
  const control = new AbortController();
  const marking = markKeys(keys, { pin: read('k*'), exclude: read() }, control.signal);
  control.abort();
  await assert.rejects(marking, { name: 'AbortError' });
});

test('what cannot be a list of patterns is refused', () => {
  assert.throws(() => read(''), refusal('pattern-refused', 'usage'));
  assert.throws(() => read('x'.repeat(5000)), refusal('pattern-refused', 'usage'));
  const many = Array.from({ length: 1001 }, (_, i) => `${i}*`);
  assert.throws(() => read(...many), refusal('pattern-refused', 'usage'));
  assert.equal(read(...many.slice(1), ...many.slice(1)).globs.length, 1000);
  assert.throws(() => read('@none.txt'), refusal('patterns-unreadable', 'io'));
  assert.throws(() => read('@.'), refusal('patterns-unreadable', 'io'));
  file('binary.txt', Buffer.from([0x61, 0xff, 0x0a]));
  assert.throws(() => read('@binary.txt'), refusal('patterns-no-text', 'data'));
});
