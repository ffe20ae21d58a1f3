import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeChecks } from '../../../src/core/doctor/joiner-checks.ts';
import { type StoreLook, storeChecks } from '../../../src/core/doctor/store-checks.ts';
import { localGroup } from '../../support/local-group.ts';

type FileLook = StoreLook['file'];

const group = localGroup('/shop', { east: '/shop/east.db' });
const joiner = {
  name: 'eu',
  host: { kind: 'local' } as const,
  store: { kind: 'sqlite' as const, path: '/shop/eu.db' },
};

function file(more: Partial<FileLook> = {}): FileLook {
  return {
    ...{ folderExists: true, canWriteFolder: true, freeBytes: 1e12, exists: true, isFile: true },
    ...{ canRead: true, canWrite: true, sizeBytes: 4096, ownerUid: 1000, loginUid: 1000 },
    ...more,
  };
}

function ofStore(more: Partial<FileLook>, isLead: boolean): string[] {
  const look: StoreLook = { file: file(more), isCaptured: false, caches: [], isHalfWritten: false };
  return storeChecks(look, group.lead, { isLead }).map(({ level, error }) => error?.code ?? level);
}

function ofPlace(more: Partial<FileLook>): string[] {
  const options = {
    ...{ group, joiner, replace: false, runtime: undefined, timeoutMs: 1000, clock: { nowMs: () => 0 } },
    signal: new AbortController().signal,
  };
  const look = { file: file(more), hasTable: false, isHalfWritten: false };
  return placeChecks(look, undefined, options).map(({ level, error }) => error?.code ?? level);
}

test('the lead alone must be writable, with its folder, and best by its owner', () => {
  assert.deepEqual(ofStore({}, true), ['ok']);
  assert.deepEqual(ofStore({ canWrite: false }, true), ['store-denied']);
  assert.deepEqual(ofStore({ canWriteFolder: false }, true), ['store-denied']);
  assert.deepEqual(ofStore({ canWrite: false, canWriteFolder: false }, false), ['ok']);
  assert.deepEqual(ofStore({ loginUid: 1001 }, true), ['warning']);
  assert.deepEqual(ofStore({ loginUid: 0 }, true), ['ok']);
});

test('why a store cannot be opened is told in our words where it is the permissions, else in those of SQLite', () => {
  const texts = (more: Partial<FileLook>) => {
    const problem = {
      kind: 'permission',
      code: 'store-denied',
      message: 'attempt to write a readonly database',
    };
    const look = { file: file(more), isCaptured: false, caches: [], isHalfWritten: false, problem };
    return storeChecks(look, group.lead, { isLead: true }).map(({ text }) => text);
  };
  assert.deepEqual(texts({}), ['attempt to write a readonly database']);
  assert.deepEqual(texts({ canWrite: false, loginUid: 7 }), [
    '/shop/east.db cannot be written, which the Delta Log needs; it belongs to uid 1000, and the login has uid 7.',
  ]);
});

test('a joiner needs a folder to be made in, and a file that is there must be writable', () => {
  assert.deepEqual(ofPlace({ exists: false, canWrite: false }), ['ok']);
  assert.deepEqual(ofPlace({ exists: false, canWrite: false, canWriteFolder: false }), ['store-denied']);
  assert.deepEqual(ofPlace({ canWrite: false }), ['store-denied']);
  assert.deepEqual(ofPlace({}), ['info']);
});
