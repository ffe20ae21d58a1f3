import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  areRows,
  divertRows,
  MessageWalk,
  rowMessages,
} from '../../../../src/core/store/postgres/copy-messages.ts';

const message = fc.record({
  isRows: fc.boolean(),
  bytes: fc.uint8Array({ maxLength: 40 }),
});
type Message = { isRows: boolean; bytes: Uint8Array };

function encoded({ isRows, bytes }: Message): Buffer {
  const header = Buffer.from([isRows ? 0x64 : 0x43, 0, 0, 0, 0]);
  header.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return cuts.slice(1).map((to, place) => bytes.subarray(cuts[place], to));
}

const pieces = fc.tuple(fc.array(message, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }));

test('rows are told from all else wherever the stream is cut, and whether the last of them is whole', () => {
  fc.assert(
    fc.property(pieces, ([messages, places]) => {
      const walk = new MessageWalk();
      const got = { rows: [] as Buffer[], others: [] as Buffer[] };
      let soFar = 0;
      const ends = new Set([0]);
      for (const one of messages) ends.add([...ends].reduce((a, b) => Math.max(a, b)) + encoded(one).length);
      for (const piece of cutAt(Buffer.concat(messages.map(encoded)), places))
        walk.walk(piece, (run, isRows) => {
          soFar += run.length;
          assert.equal(walk.isBetween, ends.has(soFar));
          (isRows ? got.rows : got.others).push(run);
        });
      const of = (isRows: boolean) =>
        Buffer.concat(messages.filter((one) => one.isRows === isRows).map(encoded)).toString('hex');
      assert.equal(Buffer.concat(got.rows).toString('hex'), of(true));
      assert.equal(Buffer.concat(got.others).toString('hex'), of(false));
    }),
  );
});

test('bytes are taken for rows where all of them are whole messages with rows', () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 5 }), fc.nat({ max: 60 }), (messages, less) => {
      const bytes = Buffer.concat(messages.map(encoded));
      const cut = bytes.subarray(0, Math.max(0, bytes.length - less));
      let [end, are] = [0, true];
      for (const one of messages) {
        if (end >= cut.length) break;
        end += encoded(one).length;
        are &&= one.isRows;
      }
      assert.equal(areRows(cut), are && end === cut.length);
    }),
  );
  assert.equal(areRows(encoded({ isRows: true, bytes: Buffer.from('row') }).subarray(0, 7)), false);
  assert.equal(areRows(Buffer.from([0x64, 0, 0, 0, 3])), false);
  assert.equal(areRows(Buffer.from('no message')), false);
});

test('bytes of any length become messages with rows', () => {
  for (const length of [0, 1, 1 << 20, (1 << 20) + 1]) {
    const bytes = Buffer.alloc(length, 'x');
    assert.ok(areRows(Buffer.concat([...rowMessages(bytes)])));
  }
});

test('a stream that breaks the protocol is ended, and a parser gets what is not rows', () => {
  const stream = new PassThrough();
  const [parsed, taken]: [Buffer[], Buffer[]] = [[], []];
  stream.on('data', (piece: Buffer) => parsed.push(piece));
  const giveBack = divertRows(stream, (run) => taken.push(run));
  const rows = encoded({ isRows: true, bytes: Buffer.from('row') });
  const other = encoded({ isRows: false, bytes: Buffer.from('COPY 1') });
  stream.emit('data', Buffer.concat([rows, other]));
  assert.deepEqual(Buffer.concat(taken), rows);
  assert.deepEqual(Buffer.concat(parsed), other);
  stream.on('error', () => undefined);
  stream.emit('data', Buffer.from([0x64, 0, 0, 0, 1, 0]));
  assert.ok(stream.destroyed);
  giveBack();
  giveBack();
  assert.equal(stream.listenerCount('data'), 1);
});
