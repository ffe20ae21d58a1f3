import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { rowMark, rowPages } from '../../../../src/core/access-log/clickhouse/row-binary.ts';

interface Row {
  text: Uint8Array;
  numbers: number[];
  big: number;
}

const anyRow: fc.Arbitrary<Row> = fc.record(
  {
    text: fc.uint8Array({ maxLength: 300 }),
    numbers: fc.array(fc.nat({ max: 2 ** 32 - 1 }), { maxLength: 200 }),
    big: fc.integer({ min: -(2 ** 52), max: 2 ** 53 - 1 }),
  },
  { noNullPrototype: true },
);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest >>= 7) bytes.push((rest & 127) | 128);
  return Buffer.from([...bytes, rest]);
}

function packed({ text, numbers, big }: Row): Buffer {
  const int64 = Buffer.alloc(8);
  int64.writeBigInt64LE(BigInt(big));
  return Buffer.concat([
    Buffer.of(rowMark),
    varint(text.length),
    text,
    varint(numbers.length),
    Buffer.from(Uint32Array.from(numbers).buffer),
    int64,
  ]);
}

/** Cuts bytes at random places, empty pieces among them. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, i) => bytes.subarray(places[i], end));
}

async function readAll(chunks: Buffer[]): Promise<Row[]> {
  const rows: Row[] = [];
  const answer = (async function* () {
    yield* chunks;
  })();
  for await (const page of rowPages(answer, (cursor) => ({
    text: Uint8Array.from(cursor.bytes()),
    numbers: [...cursor.uint32s()],
    big: cursor.int64(),
  })))
    rows.push(...page);
  return rows;
}

test('rows are read as they were written, wherever the answer is cut into pieces', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { maxLength: 12 }),
      fc.array(fc.nat(), { maxLength: 20 }),
      async (rows, cuts) => {
        assert.deepEqual(await readAll(pieces(Buffer.concat(rows.map(packed)), cuts)), rows);
      },
    ),
    { seed: 1, numRuns: 100 },
  ));

test('an answer that ends within a row, or in an error, is never taken for a whole one', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(anyRow, { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (rows, lost, cuts) => {
        const whole = Buffer.concat(rows.map(packed));
        const last = packed(rows.at(-1) as Row).length;
        const short = whole.subarray(0, whole.length - 1 - (lost % (last - 1)));
        await assert.rejects(readAll(pieces(short, cuts)), { code: 'clickhouse-answer', kind: 'protocol' });
        const broken = Buffer.concat([
          whole,
          Buffer.from('Code: 241. DB::Exception: out of memory. (MEMORY_LIMIT_EXCEEDED)'),
        ]);
        await assert.rejects(readAll(pieces(broken, cuts)), {
          code: 'clickhouse-limit',
          message: /out of memory/,
        });
      },
    ),
    { seed: 1, numRuns: 100 },
  ));

test('where the connection breaks behind the text of an error, the error is told', async () => {
  const answer = Readable.from(
    (async function* () {
      yield Buffer.from(
        '\r\n__exception__\r\nCode: 159. DB::Exception: Timeout exceeded. (TIMEOUT_EXCEEDED)',
      );
      throw new Error('aborted');
    })(),
  );
  const pages = rowPages(answer as AsyncIterable<Buffer>, (cursor) => cursor.uint8());
  await assert.rejects(pages.next(), { code: 'clickhouse-limit', message: /Timeout exceeded/ });
});
