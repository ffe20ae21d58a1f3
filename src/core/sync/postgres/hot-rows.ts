import type { AgentClient } from '../../agent/client.ts';
import type { Wait } from '../../clock.ts';
import { keyTexts } from '../../store/postgres/row-keys.ts';
import type { Batch, Batches } from '../batches.ts';
import type { Emit } from '../events.ts';
import type { Pace } from '../pace.ts';
import { pump } from '../pump.ts';
import { pipelineDepth } from '../run.ts';
import { copyLanes } from './copy-rows.ts';
import { HotShares } from './hot-shares.ts';
import { type KeyedRows, maxAnswerBytes, rowsOfKeys } from './keyed-rows.ts';
import { type LeadMark, openStandby, readAtStandby, type Standby, wasCancelled, whyOf } from './standbys.ts';

export interface HotOptions {
  lead: AgentClient;
  joiner: AgentClient;
  standbys: readonly Standby[];
  /** What a standby must have of the lead. */
  mark: LeadMark;
  batches: Batches;
  emit: Emit;
  pace: Pace;
  wait: Wait;
  signal: AbortSignal;
  /** Ends it early, without an error: the snapshot brings what is left. */
  deadline: AbortSignal;
}

type Read = (keys: Buffer) => Promise<KeyedRows>;

/** How often a standby is asked for a batch that replaying changes has kept it from. */
const mostTries = 4;
const firstRetryMs = 100;

/**
 * Sends the planned rows, best first: from the standbys where there are any, and from the lead what they leave. What a standby does not deliver the others do, and at last
 * the lead. Tells whether all were sent.
 */
export async function sendHotRows(options: HotOptions): Promise<{ complete: boolean }> {
  const { lead, standbys, emit, signal, wait, deadline } = options;
  const shares = new HotShares(
    options.batches,
    standbys.map(({ name }) => name),
  );
  const isOver = () => deadline.aborted || shares.isEmpty;
  let hasJoinerFailed = false;
  await settledFirst(
    standbys.map(async (standby) => {
      const { name } = standby;
      const agent = await openStandby(standby, options.mark, { emit, wait, signal, unneeded: isOver });
      if (!agent) return shares.lost(name, []);
      const underWay = new Set<Batch>();
      try {
        await sendFrom(
          agent,
          (isIdle) => shares.next(name, { isIdle }),
          underWay,
          (batch) => shares.leaveToLead(batch),
        );
        emit({ type: 'donor', donor: name, state: 'done' });
      } catch (error) {
        if (signal.aborted || hasJoinerFailed) throw error;
        shares.lost(name, underWay);
        emit({ type: 'donor', donor: name, state: 'lost' });
        const text = `${name} stopped giving rows: ${whyOf(name, error)} The others go on.`;
        emit({ type: 'note', level: 'warning', text });
      }
      // Its server is of no more use to this run.
      void agent.close();
    }),
  );
  if (!isOver()) await sendFrom(lead, () => shares.nextForLead(), new Set());
  return { complete: shares.isEmpty };

  async function sendFrom(
    donor: AgentClient,
    take: (isIdle: boolean) => Batch | undefined,
    underWay: Set<Batch>,
    leave?: (batch: Batch) => void,
  ): Promise<void> {
    let isReading = false;
    const [lane] = copyLanes;
    const read: Read = leave
      ? (keys) => patiently(() => readAtStandby(donor, maxAnswerBytes, Buffer.from(keys)), options)
      : (keys) => donor.call('pg.keys.read', { lane, maxBytes: maxAnswerBytes }, [keys]);
    const next = () => {
      const batch = deadline.aborted ? undefined : take(underWay.size === 0);
      if (!batch) return undefined;
      if (!isReading) emit({ type: 'donor', donor: donor.name, state: 'reading' });
      isReading = true;
      underWay.add(batch);
      return readBatch(batch, read, leave, options);
    };
    const deliver = async ({ batch, first, others }: ReadBatch) => {
      try {
        if (first) await toJoiner(donor, batch, first, others);
        else leave?.(batch);
      } catch (error) {
        if (!leave || hasJoinerFailed || !wasCancelled(error)) throw error;
        leave(batch);
      }
      underWay.delete(batch);
    };
    await pump({ depth: pipelineDepth, signal, next, deliver });
  }

  async function toJoiner(
    donor: AgentClient,
    batch: Batch,
    first: KeyedRows | 'none',
    others: AsyncGenerator<KeyedRows, void>,
  ): Promise<void> {
    const told = { rows: 0, rawBytes: 0, wireBytes: 0 };
    for (let answer: KeyedRows | 'none' | undefined = first; answer && answer !== 'none'; ) {
      await options.joiner.call('pg.joiner.rows', { keep: true }, answer.parts).catch((error: unknown) => {
        hasJoinerFailed = true;
        throw error;
      });
      told.rows += answer.result.rows;
      told.rawBytes += answer.result.rawBytes;
      told.wireBytes += answer.wireBytes;
      const { value, done } = await others.next();
      answer = done ? undefined : value;
    }
    emit({
      ...{ type: 'rows', kind: 'hot', donor: donor.name, ...told },
      planKeys: told.rows,
      missingKeys: batch.keys.length - told.rows,
      expectedReads: batch.expectedReads,
    });
  }
}

interface ReadBatch {
  batch: Batch;
  /** Undefined where the donor may give other batches, but not this one, and somebody else can. */
  first: KeyedRows | 'none' | undefined;
  /** What is asked for when that has arrived: rows that were too large to come with it. */
  others: AsyncGenerator<KeyedRows, void>;
}

async function readBatch(
  batch: Batch,
  read: Read,
  leave: ((batch: Batch) => void) | undefined,
  { mark, pace, signal }: HotOptions,
): Promise<ReadBatch> {
  const texts = batch.keys.flatMap((key) => {
    const one = keyTexts(key, mark.definition.key.length);
    return one ? [one] : [];
  });
  const answers = rowsOfKeys(texts, async (keys) => {
    await pace.turn(signal);
    const answer = await read(keys);
    pace.sent(answer.wireBytes);
    return answer;
  });
  try {
    const { value, done } = await answers.next();
    return { batch, first: done ? 'none' : value, others: answers };
  } catch (error) {
    if (leave && wasCancelled(error)) return { batch, first: undefined, others: answers };
    throw error;
  }
}

/** A standby that replays ends statements that are in its way; once it has caught up they may pass. */
async function patiently<T>(call: () => Promise<T>, { wait, signal }: HotOptions): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries >= mostTries || !wasCancelled(error)) throw error;
      await wait(firstRetryMs * 2 ** (tries - 1), signal);
      signal.throwIfAborted();
    }
  }
}

/** Rejects with the first error once all have settled. */
async function settledFirst(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}
