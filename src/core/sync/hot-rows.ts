import type { AgentClient } from '../agent/client.ts';
import { compress } from '../agent/compression.ts';
import { messageOf } from '../errors.ts';
import type { BatchQueues } from './batch-queues.ts';
import { type Batch, batchPart, restOf } from './batches.ts';
import type { Emit } from './events.ts';
import type { LeadReads } from './lead-reads.ts';
import type { Pace } from './pace.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import { type Donor, pipelineDepth } from './run.ts';
import { type GivenBatch, settle } from './settle-rows.ts';

interface HotRowsOptions {
  queues: BatchQueues;
  lead: Donor;
  others: ReadonlyMap<string, Donor>;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  readBack: ReadBack;
  /** Undefined where nobody reads at the joiner. */
  reads?: LeadReads | undefined;
  signal: AbortSignal;
  deadline: AbortSignal;
}

/**
 * Sends the planned rows, best first, from all donors at once. Rows of a donor other than the lead are then settled:
 * the lead compares row digests and sends its own rows where they differ, so that a replica that lags behind costs time
 * and never correctness. What is on the joiner and settled is left out of the lead's snapshot.
 *
 * `deadline` ends the phase early, without an error; the snapshot brings what is left.
 */
export async function sendHotRows(options: HotRowsOptions): Promise<{ complete: boolean }> {
  try {
    return await send(options);
  } catch (error) {
    throw error instanceof NotDelivered ? error.cause : error;
  }
}

/** The joiner failed, not the donor whose rows were on their way. */
class NotDelivered extends Error {
  constructor(cause: unknown) {
    super('The joiner takes no rows.', { cause });
  }
}

async function send(options: HotRowsOptions): Promise<{ complete: boolean }> {
  const { queues, lead, others, emit, deadline } = options;
  const settling: GivenBatch[] = [];
  await Promise.all(
    [...others.values()]
      .map(async (donor) => {
        try {
          await sendFrom(donor, queues, options, (given) => settling.push(given));
          emit({ type: 'donor', donor: donor.name, state: 'done' });
        } catch (error) {
          if (options.signal.aborted || error instanceof NotDelivered) throw error;
          emit({ type: 'donor', donor: donor.name, state: 'lost' });
          emit({
            type: 'note',
            level: 'warning',
            text: `${donor.name} stopped giving rows: ${messageOf(error)} The lead goes on.`,
          });
        }
      })
      .concat(sendFrom(lead, queues, options, () => undefined)),
  );
  // Batches that a lost donor left behind may have come back after all others had found nothing more.
  await sendFrom(lead, queues, options, () => undefined);
  await settle(settling, options);
  return { complete: queues.isEmpty && !deadline.aborted };
}

/** Asks a donor for batches until none is left; one that was not delivered is put back. */
async function sendFrom(
  donor: Donor,
  queues: BatchQueues,
  options: SendOptions,
  onDelivered: (given: GivenBatch) => void,
): Promise<void> {
  const undelivered = new Set<Batch>();
  const next = () => {
    const isIdle = undelivered.size === 0;
    const batch = options.deadline.aborted ? undefined : queues.next(donor.name, { isIdle });
    if (!batch) return undefined;
    undelivered.add(batch);
    return readBatch(donor, batch, options);
  };
  const deliver = async ({ batch, reply }: ReadBatch) => {
    const rest = restOf(batch, reply.result.keysRead);
    if (rest) queues.putBack(donor.name, [rest]);
    onDelivered(await toJoiner(donor, { batch, rest, reply }, options));
    undelivered.delete(batch);
  };
  if (!queues.isEmpty) options.emit({ type: 'donor', donor: donor.name, state: 'reading' });
  try {
    const { signal, reads } = options;
    const deliveries = reads && (() => reads.deliveries);
    do await pump({ depth: pipelineDepth, deliveries, signal, next, deliver });
    while (
      // What is left came back with the last batches, or is another donor's that can be taken over now.
      !queues.isEmpty &&
      !options.deadline.aborted
    );
  } catch (error) {
    queues.putBack(donor.name, undelivered);
    throw error;
  }
}

type SendOptions = Omit<HotRowsOptions, 'queues' | 'others'>;
type ReadBatch = Awaited<ReturnType<typeof readBatch>>;

/** Puts a batch's rows into the joiner, and tells of them. */
async function toJoiner(
  donor: Donor,
  { batch, rest, reply }: ReadBatch & { rest: Batch | undefined },
  { lead, joiner, readBack, emit, reads }: SendOptions,
): Promise<GivenBatch> {
  const { result, parts, wireBytes } = reply;
  const [rows = Buffer.alloc(0), digestsInReply = Buffer.alloc(0)] = parts;
  const digests = Buffer.from(digestsInReply);
  // What another donor gave is compared with the lead's own when it is settled.
  const compare = readBack.holds && (donor !== lead || result.quiet);
  const put = () => joiner.call('joiner.hot', { compare }, [rows]);
  const { result: stored } = await (reads ? reads.deliver(put) : put()).catch((error: unknown) => {
    throw new NotDelivered(error);
  });
  readBack.take(stored);
  const covered = {
    keys: batch.keys.slice(0, result.keysRead),
    expectedReads: batch.expectedReads - (rest?.expectedReads ?? 0),
  };
  emit({
    type: 'rows',
    kind: 'hot',
    donor: donor.name,
    rows: result.rows,
    rawBytes: result.rawBytes,
    wireBytes,
    planKeys: result.keysRead - result.missing,
    missingKeys: result.missing,
    expectedReads: covered.expectedReads,
  });
  return { batch: covered, digests };
}

async function readBatch(donor: Donor, batch: Batch, { lead, pace, reads, signal }: SendOptions) {
  const keys = await compress(batchPart(batch));
  await pace.turn(signal);
  const isLead = donor === lead;
  const params = { maxBytes: pace.chunkBytes, leaveOut: isLead, digests: !isLead };
  const fetched = reads?.handedOn();
  const reply = await donor.agent.call('hot.read', params, [keys]);
  // Of two donors it is not known whose rows were read first.
  await (isLead ? fetched : reads?.handedOn());
  pace.sent(reply.wireBytes);
  return { batch, reply };
}
