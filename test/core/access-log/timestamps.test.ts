import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseTimeMs } from '../../../src/core/access-log/timestamps.ts';

/** With other bytes around, so that reading past the end shows. */
function parse(text: string): number {
  const bytes = Buffer.from(`9${text}9`);
  return parseTimeMs(bytes, 1, bytes.length - 1);
}

const anyMs = fc.integer({ min: 2 ** 32, max: 4_294_967_295_999 });

test('every unit of the same moment gives the same milliseconds', () => {
  fc.assert(
    fc.property(anyMs, fc.integer({ min: 0, max: 999_999 }), (ms, nanos) => {
      const fraction = String(nanos).padStart(6, '0');
      assert.equal(parse(String(ms)), ms);
      assert.equal(parse(`${ms}${fraction.slice(0, 3)}`), ms);
      assert.equal(parse(`${ms}${fraction}`), ms);
      assert.equal(parse(`${Math.floor(ms / 1000)}.${String(ms % 1000).padStart(3, '0')}${fraction}`), ms);
      assert.equal(parse(String(Math.floor(ms / 1000))), ms - (ms % 1000));
    }),
    { seed: 1 },
  );
});

test('ISO 8601 agrees with the platform, with any separator and zone', () => {
  fc.assert(
    fc.property(anyMs, fc.integer({ min: -720, max: 720 }), (ms, zoneMinutes) => {
      const iso = new Date(ms).toISOString();
      assert.equal(parse(iso), ms);
      assert.equal(parse(iso.replace('T', ' ').replace('Z', '')), ms);
      const local = new Date(ms + zoneMinutes * 60_000).toISOString().slice(0, -1);
      const [hours, minutes] = [Math.floor(Math.abs(zoneMinutes) / 60), Math.abs(zoneMinutes) % 60];
      const zone = `${zoneMinutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
      assert.equal(parse(local + zone), ms);
      assert.equal(parse(local + zone.replace(':', '')), ms);
    }),
    { seed: 2 },
  );
});

test('a number that is seconds after 1970-02-20 in ms is taken for ms', () => {
  assert.equal(parse('5633898000'), 5_633_898_000);
  assert.equal(parse('4294967295'), 4_294_967_295_000);
});

test('shorter ISO forms', () => {
  const day = Date.UTC(2011, 10, 1);
  assert.equal(parse('2011-11-01'), day);
  assert.equal(parse('2011-11-01T08:41'), day + (8 * 60 + 41) * 60_000);
  assert.equal(parse('2011-11-01 08:41:02,5 UTC'), day + (8 * 60 + 41) * 60_000 + 2500);
  assert.equal(parse('2011-11-01 08:41 GMT'), day + (8 * 60 + 41) * 60_000);
  assert.equal(parse('2011-11-01T08:41+01'), day + (7 * 60 + 41) * 60_000);
});

test('the time of the Common Log Format agrees with the platform in any zone', () => {
  const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  fc.assert(
    fc.property(anyMs, fc.integer({ min: -720, max: 720 }), (ms, zone) => {
      const local = new Date(ms + zone * 60_000).toISOString();
      const hours = String(Math.trunc(Math.abs(zone) / 60)).padStart(2, '0');
      const minutes = String(Math.abs(zone) % 60).padStart(2, '0');
      const month = months[Number(local.slice(5, 7)) - 1];
      const text = `${local.slice(8, 10)}/${month}/${local.slice(0, 4)}:${local.slice(11, 19)} ${zone < 0 ? '-' : '+'}${hours}${minutes}`;
      assert.equal(parse(text), ms - (ms % 1000));
    }),
    { seed: 7 },
  );
  for (const wrong of [
    '31/Feb/2011:08:41:02 +0000',
    '01/Foo/2011:08:41:02 +0000',
    '01/Feb/2011:24:41:02 +0000',
  ])
    assert.ok(Number.isNaN(parse(wrong)), wrong);
  for (const wrong of ['01/Feb/2011:08:41:02 00000', '01/Feb/2011 08:41:02 +0000', '01/Feb/2011:08:41:02'])
    assert.ok(Number.isNaN(parse(wrong)), wrong);
});

test('what is no time is NaN', () => {
  const wrong = [
    '',
    ' ',
    'abc',
    '-1',
    '1e9',
    '12x',
    '1.',
    '.5',
    '1.2.3',
    '2011-13-01',
    '2011-02-29',
    '2011-11-01T',
    '2011-11-01T24:00',
  ];
  wrong.push(
    '2011-11-01T08:4',
    '2011-11-01T08:41:',
    '2011-11-01T08:41:02+',
    '2011-11-01T08:41:02.',
    '1969-12-31',
    '2111-01-01',
    '9'.repeat(19),
  );
  wrong.push('9'.repeat(30), '2011-11-01T08:41:02+1', '2011-11-01T08:41:02 CET', '2011/11/01');
  for (const text of wrong) assert.ok(Number.isNaN(parse(text)), text);
});
