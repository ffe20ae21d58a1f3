import type { Reply } from '../agent/client.ts';
import { type DeltaSides, deliverRound, type RoundReply, readRound } from './delta-rounds.ts';
import { Pipeline } from './pipeline.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import type { RoundsBetween } from './rounds-between.ts';

interface SnapshotOptions extends DeltaSides {
  readBack: ReadBack;
  /** Brings rounds of the Delta Log between chunks, whatever room that has. */
  rounds: RoundsBetween | undefined;
}

type Sent = { kind: 'chunk'; reply: Reply<'snapshot.next'> } | { kind: 'round'; reply: RoundReply };

/**
 * Sends all rows that did not go ahead, chunk by chunk in scan order, from where the donor was told to go on. Where the Delta Log
 * is tight, or `rounds` says so, rounds of it go between chunks. Chunks and rounds are read in the order in which they are asked for and
 * arrive in that order too, so that no older row overwrites a newer one.
 */
export async function sendSnapshot(options: SnapshotOptions): Promise<void> {
  const { lead, joiner, emit, pace, budget, rounds, reads, signal } = options;
  const pipeline = new Pipeline(lead.agent, joiner, { isServed: reads !== undefined });
  let done = false;
  const nextRound = async (): Promise<Sent> => {
    rounds?.asked();
    const reply = await readRound(options);
    rounds?.came(reply.result);
    return { kind: 'round', reply };
  };
  const nextChunk = async (): Promise<Sent> => {
    const request = { targetBytes: pace.chunkBytes, level: pipeline.level };
    const fetched = reads?.handedOn();
    const reply = await lead.agent.call('snapshot.next', request);
    await fetched;
    pipeline.arrived();
    pace.sent(reply.wireBytes);
    // Asked for when the table had ended, it has nothing to tell of the log.
    if (reply.parts.length > 0) budget.saw(reply.result.backlog);
    done ||= reply.result.to === undefined;
    return { kind: 'chunk', reply };
  };
  emit({ type: 'donor', donor: lead.name, state: 'reading' });
  await pump<Sent>({
    depth: pipeline.depth,
    deliveries: reads && (() => reads.deliveries),
    signal,
    next: () => {
      if (done) return undefined;
      return pace.turn(signal).then(() => {
        const isTight = budget.next() === 'round';
        return isTight || rounds?.isDue ? nextRound() : nextChunk();
      });
    },
    deliver: async (sent) => {
      if (sent.kind === 'chunk') {
        const delivered = deliverChunk(options, sent.reply);
        if (sent.reply.parts.length > 0 && sent.reply.result.to === undefined) countBeside(options);
        return delivered;
      }
      await deliverRound(options, sent.reply);
      emit({ type: 'backlog', keys: sent.reply.result.backlog, round: 0 });
    },
  });
}

/**
 * The lead counts its rows while the joiner writes the last chunks and looks at them all; sooner, they would wait for it. What fails here fails the lead's next request
 * too.
 */
function countBeside({ lead, readBack }: SnapshotOptions): void {
  if (readBack.holds) lead.agent.call('donor.count', {}).catch(() => undefined);
}

async function deliverChunk(
  { lead, joiner, emit, budget, readBack, reads }: SnapshotOptions,
  { result, parts, wireBytes }: Reply<'snapshot.next'>,
): Promise<void> {
  const [rows] = parts;
  // Asked for before it was known that the table had ended.
  if (!rows) return;
  const { to, share, backlog, rawBytes } = result;
  const compare = readBack.holds && result.quiet;
  const put = () => joiner.call('joiner.snapshot', { to, compare }, [rows]);
  const { result: stored } = await (reads ? reads.deliver(put) : put());
  readBack.take(stored);
  emit({ type: 'rows', kind: 'snapshot', donor: lead.name, rows: result.rows, rawBytes, wireBytes });
  emit({ type: 'progress', phase: 'snapshot', share });
  emit({ type: 'backlog', keys: backlog, round: 0 });
  budget.progress(share);
}
