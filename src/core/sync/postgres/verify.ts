import { compress, decompress } from '../../agent/compression.ts';
import { decodeKeyTexts, encodeKeyTexts } from '../../agent/key-texts.ts';
import { ForesyncError } from '../../errors.ts';
import { settled } from './capture.ts';
import {
  add,
  allOf,
  compareKeys,
  compareRanges,
  type Differing,
  digestLanes,
  keysAtOnce,
  listed,
  type Told,
  type VerifyOptions,
} from './compare.ts';
import { maxAnswerBytes, rowsOfKeys } from './keyed-rows.ts';

/** Rounds after which what the stream still changes is left to the last one, behind its end. */
const mostRounds = 3;

/**
 * Compares both tables: what the copy has not proven range by range, then every row that the stream has changed since. Where a digest differs the rows are compared one by
 * one; a row that the stream has changed meanwhile is looked at again, one that it has not is sent once more, counted, and looked at again too. Resolves when nothing
 * differs any longer that was there when the last round began.
 */
export async function verifyAll(options: VerifyOptions): Promise<Told & { isUntouched: boolean }> {
  const { joiner, emit, proven } = options;
  const told = { ranges: proven?.ranges ?? 0, rows: proven?.rows ?? 0, differences: 0, repairedRows: 0 };
  if (!proven) await joiner.call('pg.joiner.watch', {});
  const ranges = proven ? listed(proven.unproven) : allOf(options);
  await resolveAll(await compareRanges(ranges, options, told), options, told);
  let isUntouched = true;
  for (let round = 1; round <= mostRounds; round++) {
    const { keys, differing } = await compareTouched(options, told);
    if (keys === 0) break;
    isUntouched = false;
    await resolveAll(differing, options, told);
  }
  emit({ type: 'progress', phase: 'verify', share: 1 });
  emit({ type: 'verified', ...told });
  return { ...told, isUntouched };
}

/** Resolves when all of it is equal. */
export async function resolveAll(first: Differing, options: VerifyOptions, told: Told): Promise<void> {
  let differing = first;
  while (differing.touched.length + differing.untouched.length > 0) {
    options.signal.throwIfAborted();
    if (differing.untouched.length > 0) differing = await confirmed(differing, options);
    if (differing.untouched.length > 0) await repair(differing.untouched, options, told);
    differing = await compareKeys([...differing.untouched, ...differing.touched], options);
  }
}

/** With the stream at its end: rows that it changed last and that are not as the donor has them now; `unknown` where they are too many to know. */
export async function differsStill(options: VerifyOptions): Promise<Differing | 'unknown'> {
  const differing: Differing = { untouched: [], touched: [] };
  for (;;) {
    const { keys, all } = await takeTouched(options);
    if (all) return 'unknown';
    if (keys.length > 0) add(differing, await compareKeys(keys, options, { applies: false }));
    if (keys.length < keysAtOnce) break;
  }
  // Any of them may have changed at the donor since.
  return { untouched: [], touched: [...differing.untouched, ...differing.touched] };
}

async function takeTouched({
  joiner,
  keyColumns,
}: VerifyOptions): Promise<{ keys: string[][]; all: boolean }> {
  const { result, parts } = await joiner.call('pg.joiner.touched', { most: keysAtOnce });
  const [part] = parts;
  if (result.all || !part) return { keys: [], all: true };
  return { keys: decodeKeyTexts(await decompress(part), keyColumns), all: false };
}

/** Compares the rows that the stream has changed since they were compared last: one by one, or all there are where it has changed too many to remember. */
async function compareTouched(
  options: VerifyOptions,
  told: Told,
): Promise<{ keys: number; differing: Differing }> {
  const differing: Differing = { untouched: [], touched: [] };
  // Those that are changed while this goes on are for the next round.
  for (let count = 0; ; ) {
    const { keys, all } = await takeTouched(options);
    if (all) {
      Object.assign(told, { ranges: 0, rows: 0 });
      const found = await compareRanges(allOf(options), options, told);
      return { keys: Number.POSITIVE_INFINITY, differing: found };
    }
    count += keys.length;
    if (keys.length > 0) add(differing, await compareKeys(keys, options));
    if (keys.length < keysAtOnce) return { keys: count, differing };
  }
}

/** What was seen to differ may be a commit that nobody sees yet. It is real where it still differs when all that were under way are over. */
async function confirmed(differing: Differing, options: VerifyOptions): Promise<Differing> {
  const { lead } = options;
  const { result } = await lead.call('pg.capture.under-way', {});
  await settled(lead, { ...options, below: result.below });
  const again = await compareKeys([...differing.untouched, ...differing.touched], options);
  const before = new Set(differing.untouched.map((key) => JSON.stringify(key)));
  const isReal = (key: string[]) => before.has(JSON.stringify(key));
  return {
    untouched: again.untouched.filter(isReal),
    touched: [...again.touched, ...again.untouched.filter((key) => !isReal(key))],
  };
}

/** Rows of the donor take the places of those that differ; what it does not have goes. */
async function repair(
  keys: string[][],
  { lead, joiner, emit, pace }: VerifyOptions,
  told: Told,
): Promise<void> {
  told.differences += keys.length;
  const [lane] = digestLanes;
  const read = (some: Buffer) => lead.call('pg.keys.read', { lane, maxBytes: maxAnswerBytes }, [some]);
  let done = 0;
  for (let from = 0; from < keys.length; from += 500)
    for await (const { result, parts, wireBytes } of rowsOfKeys(keys.slice(from, from + 500), read)) {
      pace.sent(wireBytes);
      const replaced = keys.slice(done, done + result.keysRead);
      done += result.keysRead;
      await joiner.call('pg.joiner.remove', {}, [await compress(encodeKeyTexts(replaced))]);
      await joiner.call('pg.joiner.rows', { keep: true }, parts);
      const { rows, rawBytes } = result;
      told.repairedRows += rows;
      emit({ type: 'rows', kind: 'repair', donor: lead.name, rows, rawBytes, wireBytes });
    }
  if (told.differences > keysAtOnce * 50)
    throw new ForesyncError(
      'verification',
      'differs',
      'Both tables differ in more rows than a copy may get wrong.',
    );
}
