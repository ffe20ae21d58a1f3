import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DoctorOptions } from '../../../src/core/doctor/doctor-options.ts';
import { leftChecks } from '../../../src/core/doctor/left-checks.ts';
import type { StoreLook } from '../../../src/core/doctor/store-checks.ts';
import { claimedBy, newCaptureId, ownerOf } from '../../../src/core/sync/capture-owner.ts';
import type { JoinerSpec } from '../../../src/core/sync/refusals.ts';
import { localGroup } from '../../support/local-group.ts';

const nowMs = 1_800_000_000_000;
const group = localGroup('/shop', { east: '/shop/east.db', west: '/shop/west.db' });

function joinerIn(name: string, path = '/shop/eu.db'): JoinerSpec {
  return { name, host: { kind: 'local' }, store: { kind: 'sqlite', path } };
}

function options(joiner?: string): DoctorOptions {
  return {
    group,
    joiner: joiner === undefined ? undefined : joinerIn(joiner),
    replace: false,
    runtime: undefined,
    timeoutMs: 1000,
    clock: { nowMs: () => nowMs },
    signal: new AbortController().signal,
  };
}

type Capture = NonNullable<StoreLook['capture']>;

function captured(capture: Partial<Capture> | undefined, more: Partial<StoreLook> = {}): StoreLook {
  return {
    table: {} as NonNullable<StoreLook['table']>,
    isCaptured: true,
    capture: capture && { id: 'prefetch-1', keys: 3, leaseUntilMs: nowMs + 1000, ...capture },
    caches: [],
    ...more,
  } as unknown as StoreLook;
}

function levelOf(look: StoreLook, joiner?: string, isLead = true): string | undefined {
  const [check, ...more] = leftChecks(look, { isLead, leadLook: look }, options(joiner));
  assert.deepEqual(more, []);
  if (check && ['warning', 'failure'].includes(check.level)) assert.ok(check.hint);
  return check?.level;
}

test('a Delta Log that is there is judged by whose it is and whether it is whole', () => {
  const own = newCaptureId(ownerOf('shop', joinerIn('eu')), '1');
  const elsewhere = newCaptureId(ownerOf('shop', joinerIn('eu', '/shop/other.db')), '1');
  const claimed = claimedBy('prefetch-1', ownerOf('shop', joinerIn('eu')));
  assert.equal(levelOf(captured({})), 'info');
  assert.equal(levelOf(captured({ id: own }), 'eu'), 'info');
  assert.equal(levelOf(captured({ id: own }), 'asia'), 'failure');
  assert.equal(levelOf(captured({ id: elsewhere }), 'eu'), 'failure');
  assert.equal(levelOf(captured({ id: own })), 'warning');
  assert.equal(levelOf(captured({ id: claimed }), 'eu'), 'info');
  assert.equal(levelOf(captured({ id: claimed }), 'asia'), 'failure');
  assert.equal(levelOf(captured({ id: own, leaseUntilMs: nowMs - 1 }), 'asia'), 'warning');
  assert.equal(levelOf(captured({ broken: 'budget' })), 'warning');
  assert.equal(levelOf(captured({}), undefined, false), 'warning');
  assert.equal(levelOf(captured(undefined)), 'warning');
  assert.equal(levelOf(captured({}, { isCaptured: false, capture: undefined })), 'ok');
});

test('another run’s living Delta Log is what add-replica would be refused for', () => {
  const id = newCaptureId(ownerOf('shop', joinerIn('eu')), '1');
  const [check] = leftChecks(captured({ id }), { isLead: true, leadLook: undefined }, options('asia'));
  assert.deepEqual(check?.error, { kind: 'exists', code: 'capture-running' });
});

test('a Prefetch Cache is as good as the Delta Log that it belongs to', () => {
  const cached = (captureId: string | undefined) => ({ path: '/c.db', sizeBytes: 9, captureId });
  const lead = captured({});
  const claimed = captured({ id: claimedBy('prefetch-1', ownerOf('shop', joinerIn('eu'))) });
  const levels = (leadLook: StoreLook | undefined, captureId: string | undefined) =>
    leftChecks(
      captured(undefined, { isCaptured: false, caches: [cached(captureId)] }),
      { isLead: false, leadLook },
      options(),
    ).map(({ level }) => level);
  assert.deepEqual(levels(lead, 'prefetch-1'), ['info']);
  assert.deepEqual(levels(claimed, 'prefetch-1'), ['info']);
  assert.deepEqual(levels(lead, 'prefetch-0'), ['warning']);
  assert.deepEqual(levels(lead, undefined), ['warning']);
  assert.deepEqual(levels(undefined, 'prefetch-1'), ['info']);
});
