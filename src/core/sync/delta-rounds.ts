import type { AgentClient, Reply } from '../agent/client.ts';
import type { Result } from '../agent/protocol.ts';
import { ForesyncError } from '../errors.ts';
import { printable } from '../text.ts';
import type { DeltaBudget } from './delta-budget.ts';
import type { Emit } from './events.ts';
import type { LeadReads } from './lead-reads.ts';
import type { Pace } from './pace.ts';
import type { Donor } from './run.ts';

/** A round ends when the joiner has all that was in the log when it was asked last. */
const maxRoundsWithoutGain = 100;
/** After so many it is said that they do not help. */
const toldRoundsWithoutGain = 20;

/** Both ends of the Delta Log, and what its rounds are told to and slowed down by. */
export interface DeltaSides {
  lead: Donor;
  joiner: AgentClient;
  emit: Emit;
  pace: Pace;
  budget: DeltaBudget;
  signal: AbortSignal;
  /** Who brings rows out of turn; undefined where nobody reads at the joiner. */
  reads?: LeadReads | undefined;
}

/** A round on its way; `askedMs` is that of `performance.now()`. */
export type RoundReply = Reply<'delta.next'> & { askedMs: number };

/**
 * Applies the Delta Log round by round until the joiner is at the log's end at one moment. Rounds travel in chunks,
 * each read in its own short transaction. Says so where the log does not shrink over some rounds, and gives up,
 * resumable, where it does not over many.
 */
export async function applyDelta(sides: DeltaSides): Promise<void> {
  const { lead, emit, signal } = sides;
  const gain = new RoundGain(lead.name, emit);
  for (let round = 1; ; round++) {
    signal.throwIfAborted();
    const { backlog, complete } = await applyRound(sides);
    emit({ type: 'backlog', keys: backlog, round });
    if (complete) return;
    gain.after(backlog);
  }
}

/** One chunk of the Delta Log, from the lead to the joiner, in a short transaction each. Asked for sooner where the signal trips. */
export async function applyRound(sides: DeltaSides): Promise<Result<'delta.next'>> {
  await sides.pace.turn(sides.signal);
  const reply = await readRound(sides);
  await deliverRound(sides, reply);
  return reply.result;
}

/** The first half of `applyRound`, without its turn. */
export async function readRound({ lead, pace, budget }: DeltaSides): Promise<RoundReply> {
  const askedMs = performance.now();
  const reply = await lead.agent.call('delta.next', pace.deltaLimits);
  pace.sent(reply.wireBytes);
  budget.saw(reply.result.logKeys);
  return { ...reply, askedMs };
}

/** The second half. Rounds are applied in the order in which they were read, and so is all that was read beside them. */
export async function deliverRound(sides: DeltaSides, reply: RoundReply): Promise<void> {
  if (reply.result.keys > 0) await deliverChanges(sides, reply);
  if (reply.result.complete) await sides.reads?.level(reply.askedMs, { isWhole: false });
}

async function deliverChanges(
  { lead, joiner, emit, budget, signal }: DeltaSides,
  { result, parts, wireBytes }: RoundReply,
): Promise<void> {
  const { watermark, lastRowid, complete, keys, rawBytes } = result;
  const position = { watermark, lastRowid, complete };
  const { result: applied } = await joiner.call('joiner.delta', position, parts);
  emit({ type: 'rows', kind: 'delta', donor: lead.name, rows: keys, rawBytes, wireBytes });
  if (applied.rows > keys)
    emit({ type: 'note', level: 'warning', text: `${applied.rows} rows share ${keys} keys.` });
  await budget.applied(watermark, signal);
}

/** Whether rounds make the backlog smaller. */
export class RoundGain {
  readonly #donor: string;
  readonly #emit: Emit;
  #smallest = Number.POSITIVE_INFINITY;
  #without = 0;
  #hasTold = false;

  constructor(donor: string, emit: Emit) {
    this.#donor = donor;
    this.#emit = emit;
  }

  /** So many keys wait after a round. Tells once that they do not get fewer; throws `delta-outpaced` where that lasts. */
  after(backlog: number): void {
    this.#without = backlog < this.#smallest ? 0 : this.#without + 1;
    this.#smallest = Math.min(this.#smallest, backlog);
    if (this.#without >= maxRoundsWithoutGain) throw outpaced(this.#donor, backlog);
    if (this.#without < toldRoundsWithoutGain || this.#hasTold) return;
    this.#hasTold = true;
    const text = `The backlog does not get smaller: ${backlog} changed keys wait after ${this.#without} more rounds.`;
    this.#emit({ type: 'note', level: 'warning', text });
  }
}

export function outpaced(donor: string, backlog: number): ForesyncError {
  return new ForesyncError(
    'stopped',
    'delta-outpaced',
    `Writers at ${printable(donor)} are faster than the joiner: ${backlog} changed keys wait, and they do not get fewer.`,
    {
      hint: 'Run the same command again when there are fewer writes.',
    },
  );
}
