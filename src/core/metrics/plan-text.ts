import { createZstdDecompress } from 'node:zlib';
import { z } from 'zod';
import { ForesyncError, messageOf } from '../errors.ts';

/** What is measured of a planned key. */
export interface PlannedKey {
  /** The key as an access log writes it, see `logKeyOf`. */
  key: string;
  confidence: number;
  /** Reads of the whole group within the horizon. */
  expectedReads: number;
  sizeBytes: number | undefined;
  /** When its first read is expected; undefined where an older plan does not say it. */
  expectedAtMs: number | undefined;
  /** Planned because an operator wanted it. */
  pinned: boolean;
}

/** The plan a run was made with: what its header says, and its entries, best first, streamed once. */
export interface StoredPlan {
  /** Half-life of the plan's decayed frequencies, where the header names it. */
  halfLifeMs: number | undefined;
  entries: AsyncIterable<PlannedKey>;
}

const part = z.union([
  z.string(),
  z.number(),
  z.object({ int: z.string() }),
  z.object({ base64: z.string() }),
]);
const headerLine = z.object({
  kind: z.literal('foresync.plan'),
  entries: z.number(),
  halfLifeMs: z.number().positive().optional(),
});
const entryLine = z.object({
  key: z.union([part, z.array(part)]),
  confidence: z.number().min(0).max(1),
  expectedReads: z.number().nonnegative(),
  expectedAt: z.string().optional(),
  sizeBytes: z.number().nonnegative().optional(),
  pinned: z.boolean().default(false),
});

/**
 * Reads the plan that the journal keeps of a run (zstd of JSON Lines). Throws `run-plan-broken` where it is not one,
 * for the entries while they are iterated.
 */
export async function readStoredPlan(compressed: Uint8Array): Promise<StoredPlan> {
  const lines = linesOf(compressed);
  const first = await lines.next();
  const header = parse(headerLine, first.value ?? '', 1);
  return { halfLifeMs: header.halfLifeMs, entries: entriesOf(lines, header.entries) };
}

async function* entriesOf(
  lines: AsyncGenerator<string, undefined>,
  expected: number,
): AsyncGenerator<PlannedKey> {
  let number = 1;
  for await (const line of lines) {
    number += 1;
    const { key, expectedAt, ...figures } = parse(entryLine, line, number);
    const expectedAtMs = expectedAt === undefined ? undefined : Date.parse(expectedAt);
    yield { key: logKeyOf(key), ...figures, sizeBytes: figures.sizeBytes, expectedAtMs };
  }
  if (number - 1 !== expected) throw broken(`it has ${number - 1} entries and its header says ${expected}`);
}

async function* linesOf(compressed: Uint8Array): AsyncGenerator<string, undefined> {
  const text = createZstdDecompress();
  text.setEncoding('utf8');
  text.end(compressed);
  let rest = '';
  try {
    for await (const piece of text as AsyncIterable<string>) {
      const lines = (rest + piece).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch (error) {
    throw broken(messageOf(error), error);
  }
  if (rest !== '') yield rest;
  return undefined;
}

function parse<T>(schema: z.ZodType<T>, line: string, number: number): T {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw broken(`line ${number} is not JSON`, error);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw broken(`line ${number}: ${parsed.error.issues[0]?.message ?? 'unknown content'}`, parsed.error);
  return parsed.data;
}

function broken(reason: string, cause?: unknown): ForesyncError {
  return new ForesyncError(
    'data',
    'run-plan-broken',
    `The plan kept with the run cannot be read: ${reason}.`,
    { cause },
  );
}

/**
 * A plan's key as an access log writes it, so that both can be compared: texts and numbers by their characters,
 * composite keys and blobs as JSON.
 */
export function logKeyOf(key: z.infer<typeof entryLine>['key']): string {
  if (typeof key === 'string') return canonicalLogKey(key);
  if (typeof key === 'number') return String(key);
  if (!Array.isArray(key) && 'int' in key) return key.int;
  return JSON.stringify(key);
}

/** A log's key in the form that `logKeyOf` gives: composite keys without the spaces that a log may have put in. */
export function canonicalLogKey(key: string): string {
  if (!key.startsWith('[') && !key.startsWith('{')) return key;
  try {
    return JSON.stringify(JSON.parse(key));
  } catch {
    // A text that only begins like JSON is a key like any other.
    return key;
  }
}
