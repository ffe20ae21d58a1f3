import type { AgentClient } from '../agent/client.ts';
import { compress } from '../agent/compression.ts';
import { messageOf } from '../errors.ts';
import { type Batch, type Batches, batchPart, restOf } from './batches.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import { pump } from './pump.ts';
import type { ReadBack } from './read-back.ts';
import { type Donor, pipelineDepth } from './run.ts';
import { type GivenBatch, settle } from './settle-rows.ts';

interface HotRowsOptions {
  batches: Batches;
  lead: Donor;
  others: ReadonlyMap<string, Donor>;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  readBack: ReadBack;
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
  const { batches, lead, others, emit, deadline } = options;
  const leadBatches = [...batches.byDonor].filter(([name]) => !others.has(name)).flatMap(([, own]) => own);
  const settling: GivenBatch[] = [];
  await Promise.all(
    [...others.values()]
      .map(async (donor) => {
        const own = [...(batches.byDonor.get(donor.name) ?? [])];
        try {
          await sendFrom(donor, own, options, (given) => settling.push(given));
          emit({ type: 'donor', donor: donor.name, state: 'done' });
        } catch (error) {
          if (options.signal.aborted || error instanceof NotDelivered) throw error;
          leadBatches.push(...own);
          emit({ type: 'donor', donor: donor.name, state: 'lost' });
          emit({
            type: 'note',
            level: 'warning',
            text: `${donor.name} stopped giving rows: ${messageOf(error)} The lead goes on.`,
          });
        }
      })
      .concat(sendFrom(lead, leadBatches, options, () => undefined)),
  );
  // Batches that a lost donor left behind may have come after the lead was done with its own.
  await sendFrom(lead, leadBatches, options, () => undefined);
  await settle(settling, options);
  return { complete: leadBatches.length === 0 && !deadline.aborted };
}

/** Takes batches off `queue` until it is empty; a batch that was not delivered is put back. */
async function sendFrom(
  donor: Donor,
  queue: Batch[],
  options: Omit<HotRowsOptions, 'batches' | 'others'>,
  onDelivered: (given: GivenBatch) => void,
): Promise<void> {
  const isLead = donor === options.lead;
  const undelivered = new Set<Batch>();
  if (queue.length > 0) options.emit({ type: 'donor', donor: donor.name, state: 'reading' });
  try {
    await pump({
      depth: pipelineDepth,
      signal: options.signal,
      next: () => {
        const batch = options.deadline.aborted ? undefined : queue.shift();
        if (!batch) return undefined;
        undelivered.add(batch);
        return readBatch(donor, batch, isLead, options);
      },
      deliver: async ({ batch, reply }) => {
        const { result, parts, wireBytes } = reply;
        const rest = restOf(batch, result.keysRead);
        if (rest) queue.unshift(rest);
        const [rows = Buffer.alloc(0), digestsInReply = Buffer.alloc(0)] = parts;
        const digests = Buffer.from(digestsInReply);
        // What another donor gave is compared with the lead's own when it is settled.
        const compare = options.readBack.holds && (!isLead || result.quiet);
        const { result: stored } = await options.joiner
          .call('joiner.hot', { compare }, [rows])
          .catch((error: unknown) => {
            throw new NotDelivered(error);
          });
        options.readBack.take(stored);
        undelivered.delete(batch);
        const covered = {
          keys: batch.keys.slice(0, result.keysRead),
          expectedReads: batch.expectedReads - (rest?.expectedReads ?? 0),
        };
        onDelivered({ batch: covered, digests });
        options.emit({
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
      },
    });
    // A rest that came back with the last batch is still in the queue.
    if (queue.length > 0 && !options.deadline.aborted) await sendFrom(donor, queue, options, onDelivered);
  } catch (error) {
    queue.unshift(...undelivered);
    throw error;
  }
}

async function readBatch(
  donor: Donor,
  batch: Batch,
  isLead: boolean,
  { pace, signal }: Pick<HotRowsOptions, 'pace' | 'signal'>,
) {
  const keys = await compress(batchPart(batch));
  await pace.turn(signal);
  const params = { maxBytes: pace.chunkBytes, leaveOut: isLead, digests: !isLead };
  const reply = await donor.agent.call('hot.read', params, [keys]);
  pace.sent(reply.wireBytes);
  return { batch, reply };
}
