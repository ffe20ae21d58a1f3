import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ForesyncError } from '../../../../src/core/errors.ts';
import {
  type ChangedValue,
  decodeMessage,
  messagesIn,
} from '../../../../src/core/store/postgres/pgoutput.ts';

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function tuple(row: readonly ChangedValue[]): Buffer {
  const values = row.map((value) => {
    if (value === null) return Buffer.from('n');
    if (value === undefined) return Buffer.from('u');
    const bytes = Buffer.from(value, 'latin1');
    return Buffer.concat([Buffer.from('t'), u32(bytes.length), bytes]);
  });
  return Buffer.concat([u16(row.length), ...values]);
}

const text = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const row = fc.array(fc.oneof(text, fc.constant(null), fc.constant(undefined)), { maxLength: 12 });

test('rows come out of a change as they went in', () => {
  fc.assert(
    fc.property(row, fc.option(row, { nil: undefined }), fc.nat(2 ** 31), (after, before, relation) => {
      const old = before ? [Buffer.from('K'), tuple(before)] : [];
      const message = Buffer.concat([
        Buffer.from('U'),
        u32(relation),
        ...old,
        Buffer.from('N'),
        tuple(after),
      ]);
      assert.deepEqual(decodeMessage(message), {
        type: 'update',
        relation,
        row: after,
        old: before,
        oldIsKey: before !== undefined,
      });
      assert.throws(() => decodeMessage(message.subarray(0, -1)), ForesyncError);
      assert.throws(() => decodeMessage(Buffer.concat([message, Buffer.from('x')])), ForesyncError);
    }),
  );
});

test('what was committed elsewhere first is told with its end there', () => {
  const message = Buffer.concat([Buffer.from('O'), u32(3), u32(5), Buffer.from('pg_16400\0')]);
  assert.deepEqual(decodeMessage(message), { type: 'origin', name: 'pg_16400', at: 3 * 2 ** 32 + 5 });
  assert.throws(() => decodeMessage(message.subarray(0, -1)), ForesyncError);
});

test('whatever bytes come, they are a message or are refused', () => {
  const kinds = fc.constantFrom(...'BCRIUDTkYOMxz');
  fc.assert(
    fc.property(kinds, fc.uint8Array({ maxLength: 200 }), (kind, bytes) => {
      try {
        decodeMessage(Buffer.concat([Buffer.from(kind), bytes]));
      } catch (error) {
        assert.ok(error instanceof ForesyncError && error.kind === 'protocol', String(error));
      }
    }),
    { numRuns: 2000 },
  );
});

test('a stream is cut where its lengths say so, or refused', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 })), fc.nat(), (messages, cut) => {
      const whole = Buffer.concat(messages.flatMap((one) => [u32(one.length), Buffer.from(one)]));
      assert.deepEqual(
        [...messagesIn(whole)].map((one) => [...one]),
        messages.map((one) => [...one]),
      );
      const part = whole.subarray(0, whole.length === 0 ? 0 : cut % whole.length);
      const ends = new Set([0]);
      let end = 0;
      for (const one of messages) {
        end += 4 + one.length;
        ends.add(end);
      }
      if (!ends.has(part.length)) assert.throws(() => [...messagesIn(part)], ForesyncError);
    }),
  );
});
