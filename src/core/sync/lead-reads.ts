import type { AgentClient, Reply } from '../agent/client.ts';
import { decompress } from '../agent/compression.ts';
import { decodeKeys } from '../agent/planned-keys.ts';
import { ForesyncError } from '../errors.ts';
import type { BatchQueues } from './batch-queues.ts';
import { DeliveryWindow } from './delivery-window.ts';
import type { Emit } from './events.ts';
import type { Pace } from './pace.ts';
import type { Donor } from './run.ts';

/** Of one answer; what does not fit is asked for again. */
const maxBytes = 4 * 1024 * 1024;

/** Of the keys of one batch, before compression. */
const maxKeyBytes = 64 * 1024 * 1024;

interface LeadReadsOptions {
  joiner: AgentClient;
  lead: Donor;
  emit: Emit;
  /** Planned rows that are still to be sent: those beside a missed one go first. */
  queues: BatchQueues | undefined;
  /** Charged with what is fetched, which does not wait for its turn. */
  pace: Pick<Pace, 'sentAtOnce'>;
}

/**
 * Brings rows that readers ask a joiner for from the lead, out of turn. Each is handed on as soon as it has come, before anything that was read later: that is what the
 * joiner's word on what is older rests on (`FetchedRows`).
 */
export class LeadReads {
  readonly #joiner: AgentClient;
  readonly #lead: Donor;
  readonly #emit: Emit;
  readonly #underWay = new Set<Promise<void>>();
  /** Batches that came after the last one that is fetched: they are told once all rows are there. */
  readonly #held: number[] = [];
  /** Those that the lead has not answered yet. */
  readonly #asked = new Set<Promise<void>>();
  readonly #window = new DeliveryWindow();
  readonly #pace: Pick<Pace, 'sentAtOnce'>;
  #isEnding = false;

  constructor({ joiner, lead, emit, queues, pace }: LeadReadsOptions) {
    this.#pace = pace;
    this.#joiner = joiner;
    this.#lead = lead;
    this.#emit = emit;
    joiner.onWanted = (batch, keys) => {
      if (this.#isEnding) {
        this.#held.push(batch);
        return;
      }
      if (queues && !queues.isEmpty) this.#track(pullForward(queues, Buffer.from(keys)));
      this.#track(this.#fetch(batch, Buffer.from(keys)));
    };
  }

  /**
   * Resolves when all that the lead was asked for until now has been handed on to the joiner. Answers may overtake one another; what was read later than a fetched row must
   * not arrive before it.
   */
  async handedOn(): Promise<void> {
    await Promise.all(this.#asked);
  }

  /** How many deliveries may be on their way to the joiner. */
  get deliveries(): number {
    return this.#window.size;
  }

  /** Makes a delivery. */
  async deliver<T>(call: () => Promise<T>): Promise<T> {
    const departure = this.#window.departs(performance.now());
    try {
      return await call();
    } finally {
      this.#window.arrives(departure, performance.now(), this.#joiner.roundTripMs);
    }
  }

  /** Resolves when nothing is fetched any more. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#underWay);
  }

  /** Rounds of the Delta Log have brought what had changed at the lead when they were asked for, at `askedMs` of `performance.now()`. */
  async level(askedMs: number, { isWhole }: { isWhole: boolean }): Promise<void> {
    // The answer to a request that is alone takes its way there and back; so does this.
    const ageMs = performance.now() - askedMs + this.#joiner.roundTripMs;
    await this.#joiner.call('joiner.level', { ageMs, isWhole });
    if (isWhole) for (const batch of this.#held.splice(0)) await this.#unfetched(batch);
  }

  /** Tells how reads go. */
  async tell(): Promise<void> {
    const { result } = await this.#joiner.call('joiner.reads', {});
    this.#emit({ type: 'served', ...result });
  }

  async #fetch(batch: number, keys: Buffer): Promise<void> {
    const asked = Promise.withResolvers<void>();
    this.#asked.add(asked.promise);
    try {
      // It is on its way when the call returns, not when it is answered.
      const taken = await this.#handOn(batch, keys);
      asked.resolve();
      this.#asked.delete(asked.promise);
      await taken();
    } finally {
      this.#asked.delete(asked.promise);
      asked.resolve();
    }
  }

  /** Resolves, once the rows are on their way to the joiner, with what waits for it to have them. */
  async #handOn(batch: number, keys: Buffer): Promise<() => Promise<void>> {
    const reply = await this.#read(keys);
    if (!reply) return () => this.#unfetched(batch);
    const { keysRead, rows, watermark, rawBytes } = reply.result;
    const { wireBytes, parts } = reply;
    this.#pace.sentAtOnce(wireBytes);
    const taken = this.#joiner.call('joiner.fetched', { batch, keysRead, watermark }, parts);
    return async () => {
      await taken;
      this.#emit({ type: 'rows', kind: 'fetched', donor: this.#lead.name, rows, rawBytes, wireBytes });
    };
  }

  /** Undefined where the lead gives nothing. */
  async #read(keys: Buffer): Promise<Reply<'rows.read'> | undefined> {
    try {
      return await this.#lead.agent.call('rows.read', { maxBytes }, [keys]);
    } catch (error) {
      if (error instanceof ForesyncError) return undefined;
      throw error;
    }
  }

  async #unfetched(batch: number): Promise<void> {
    await this.#joiner.call('joiner.fetched', { batch, keysRead: 0, watermark: 0 });
  }

  /** A joiner or a lead that is lost fails the run by itself. */
  #track(work: Promise<void>): void {
    const done = work.catch(() => undefined).finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }
}

async function pullForward(queues: BatchQueues, keys: Buffer): Promise<void> {
  queues.missed(decodeKeys(await decompress(keys, maxKeyBytes)));
}
