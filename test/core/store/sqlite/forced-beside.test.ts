import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { whileForced } from '../../../../src/core/store/sqlite/forced-beside.ts';
import { temporaryFolder } from '../../../support/tables.ts';

test('gives what the work gives, whether the other thread had begun by its end or not', (t) => {
  const file = path.join(temporaryFolder(t), 'rows');
  writeFileSync(file, Buffer.alloc(1 << 20, 1));
  assert.equal(
    whileForced(file, () => 'at once'),
    'at once',
  );
  const clock = new Int32Array(new SharedArrayBuffer(4));
  assert.equal(
    whileForced(file, () => Atomics.wait(clock, 0, 0, 300)),
    'timed-out',
  );
});

test('throws what the work throws', (t) => {
  const file = path.join(temporaryFolder(t), 'rows');
  writeFileSync(file, 'rows');
  const work = () => {
    throw new RangeError('It is no table.');
  };
  assert.throws(() => whileForced(file, work), { name: 'RangeError', message: 'It is no table.' });
});

test('throws where the file cannot be forced to disk, whichever thread tried', (t) => {
  const file = path.join(temporaryFolder(t), 'gone');
  const clock = new Int32Array(new SharedArrayBuffer(4));
  assert.throws(() => whileForced(file, () => undefined), { code: 'ENOENT' });
  assert.throws(() => whileForced(file, () => Atomics.wait(clock, 0, 0, 1000)), { code: 'ENOENT' });
});
