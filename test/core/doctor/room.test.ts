import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostLook } from '../../../src/core/agent/host-look.ts';
import type { PlaceLook } from '../../../src/core/doctor/joiner-checks.ts';
import { cacheRoom, deltaRoom, joinerRoom } from '../../../src/core/doctor/room.ts';
import type { StoreLook } from '../../../src/core/doctor/store-checks.ts';

const mib = 1024 ** 2;
const joiner = {
  name: 'eu',
  host: { kind: 'local' } as const,
  store: { kind: 'sqlite' as const, path: '/srv/eu.db' },
};

type Table = NonNullable<StoreLook['table']>;

function table(more: Partial<Table> = {}, indexes: { unique: boolean }[] = []): Table {
  return {
    ...{ rowsEstimate: 1_000_000, sizeBytes: 100 * mib, alone: true, shape: { indexes } },
    ...more,
  } as unknown as Table;
}

const host = (freeBytes: number) =>
  ({
    cache: { folder: '/home/ops/.cache', freeBytes },
    sorting: { folder: '/var/tmp', freeBytes },
  }) as HostLook;

const place = (freeBytes: number, more: { exists?: boolean; stagingBytes?: number } = {}) =>
  ({ file: { freeBytes, exists: more.exists ?? false }, stagingBytes: more.stagingBytes }) as PlaceLook;

function levels(checks: { level: string; hint?: string | undefined }[]): string[] {
  for (const { level, hint } of checks) assert.ok(level === 'ok' || hint);
  return checks.map(({ level }) => level);
}

test('a joiner needs room for the table, twice where it is put among others, and fails where a run would', () => {
  const room = (at: PlaceLook, of = table()) => levels(joinerRoom(at, host(1e12), joiner, of));
  assert.deepEqual(room(place(101 * mib)), ['ok']);
  assert.deepEqual(room(place(99 * mib)), ['failure']);
  assert.deepEqual(room(place(99 * mib), table({ alone: false })), ['warning']);
  assert.deepEqual(room(place(101 * mib, { exists: true })), ['warning']);
  assert.deepEqual(room(place(60 * mib, { stagingBytes: 50 * mib })), ['ok']);
  assert.deepEqual(room(place(40 * mib, { stagingBytes: 50 * mib })), ['warning']);
  const [refused] = joinerRoom(place(99 * mib), host(1e12), joiner, table());
  assert.deepEqual(refused?.error, { kind: 'io', code: 'disk-full' });
});

test('indexes are sorted in a folder that may be small; those that are UNIQUE are not sorted', () => {
  const room = (indexes: { unique: boolean }[]) =>
    levels(joinerRoom(place(1e12), host(10 * mib), joiner, table({}, indexes)));
  assert.deepEqual(room([{ unique: false }]), ['ok', 'warning']);
  assert.deepEqual(room([{ unique: true }]), ['ok']);
});

test('a donor needs room for a Delta Log of all keys, up to its budget, and for a cache', () => {
  const lead = (freeBytes: number, rowsEstimate: number) =>
    levels(deltaRoom({ file: { freeBytes }, table: table({ rowsEstimate }) } as unknown as StoreLook));
  assert.deepEqual(lead(60e6, 1e6), ['ok']);
  assert.deepEqual(lead(40e6, 1e6), ['warning']);
  assert.deepEqual(lead(1.1e9, 1e12), ['ok']);
  assert.deepEqual(levels(cacheRoom(host(101 * mib), table())), ['ok']);
  const [small] = cacheRoom(host(99 * mib), table());
  assert.equal(small?.level, 'warning');
  assert.match(small?.hint ?? '', /--limit 49MiB/);
});
