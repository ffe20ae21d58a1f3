import { ForesyncError } from '../../errors.ts';
import { captureName } from './capture.ts';
import type { TableDefinition } from './definition.ts';
import { lsnText } from './lsn.ts';
import { type RowsOfKeys, readRowsOfKeys } from './read-rows.ts';
import { Session } from './session.ts';

/** What a standby must have of its lead before rows of it may be read. */
export interface LeadMark {
  id: string;
  systemId: string;
  /** Where the slot begins. */
  from: number;
  /** The row of the publication in the lead's catalog, which came to be before the slot: a server that has it has that past. */
  publication: string;
}

/** How a publication is told apart from one of the same name that was made at another time, or at another server. */
export async function publicationMark(session: Session, id: string): Promise<string> {
  const [row] = await session.rows(
    "SELECT oid || '/' || xmin FROM pg_catalog.pg_publication WHERE pubname = $1",
    [captureName(id)],
  );
  return row?.[0] ?? '';
}

/** What a server says of whom it follows. Touches nothing. */
export async function lookAtStandby(url: string): Promise<{ inRecovery: boolean; systemId: string }> {
  const session = await Session.open(url);
  try {
    const [inRecovery, systemId] = await session.row(
      'SELECT pg_is_in_recovery(), system_identifier FROM pg_control_system()',
    );
    return { inRecovery: inRecovery === 't', systemId: systemId ?? '' };
  } finally {
    await session.end();
  }
}

/**
 * Reads planned rows at a standby, on one connection. A standby's snapshot is the lead's table at a position of the WAL: all that was committed before it is seen, and
 * nothing else. So rows are as good as the lead's where that position is not before the slot's, which each new connection is asked for: a standby that was started again
 * may be behind where it was before.
 */
export class PostgresStandby {
  readonly #url: string;
  readonly #lead: LeadMark;
  #session: Session | undefined;
  /** It was silent for too long: what else it is asked for need not wait for as long again. */
  #slow: ForesyncError | undefined;

  private constructor(url: string, lead: LeadMark) {
    this.#url = url;
    this.#lead = lead;
  }

  /** Throws `not-a-standby` where the server does not replay what the lead writes. */
  static async open(url: string, lead: LeadMark): Promise<PostgresStandby> {
    const { inRecovery, systemId } = await lookAtStandby(url);
    if (systemId !== lead.systemId) throw notStandby('is a server of its own, and no standby of the lead');
    if (!inRecovery) throw promoted();
    return new PostgresStandby(url, lead);
  }

  /** Whether it has replayed all that was committed before the slot. What it has is not lost as long as the connection lasts. */
  async hasReplayed(withinMs: number): Promise<boolean> {
    return this.#within(withinMs, async () => this.#isPast(await this.#connected()));
  }

  /**
   * Rows of the first keys, as `readRowsOfKeys` does. Throws `standby-slow` after `withinMs`, `standby-behind` where it was started again and is not yet
   * where it was, `not-a-standby` where it is none any more, and `postgres-40001`, `postgres-57014` or `server-lost` where replaying had to end the statement.
   */
  async readKeys(
    from: { definition: TableDefinition; rowBytes: number },
    keys: readonly (readonly string[])[],
    { maxBytes, withinMs }: { maxBytes: number; withinMs: number },
  ): Promise<RowsOfKeys> {
    return this.#within(withinMs, async () => {
      const isKnown = this.#session?.isLost === false;
      const session = await this.#connected();
      if (!isKnown && !(await this.#isPast(session)))
        throw new ForesyncError('unreachable', 'standby-behind', 'It was started again, and is behind.');
      const rows = await readRowsOfKeys(session, from, keys, maxBytes);
      // What was written after it was promoted, no stream of the lead's brings. A snapshot that was taken before has none of that.
      const [inRecovery] = await session.row('SELECT pg_is_in_recovery()');
      if (inRecovery !== 't') throw promoted();
      return rows;
    });
  }

  async close(): Promise<void> {
    await this.#session?.end();
  }

  async #connected(): Promise<Session> {
    if (!this.#session || this.#session.isLost) {
      this.#session = await Session.open(this.#url);
      await this.#session.rows(
        'SET enable_seqscan = off; SET jit = off; SET max_parallel_workers_per_gather = 0',
      );
    }
    return this.#session;
  }

  /** A server that is stopped keeps its connections, and says nothing on them. */
  async #within<T>(withinMs: number, work: () => Promise<T>): Promise<T> {
    if (this.#slow) throw this.#slow;
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      const text = `It did not answer within ${withinMs / 1000} s.`;
      this.#slow = new ForesyncError('unreachable', 'standby-slow', text);
      late.reject(this.#slow);
      this.#session?.cut();
    }, withinMs);
    try {
      return await Promise.race([work(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #isPast(session: Session): Promise<boolean> {
    const { from, publication, id } = this.#lead;
    const [isPast] = await session.row('SELECT coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false)', [
      lsnText(from),
    ]);
    if (isPast !== 't') return false;
    if (publication !== '' && (await publicationMark(session, id)) === publication) return true;
    throw notStandby('replays the WAL of another server than the lead');
  }
}

function notStandby(why: string): ForesyncError {
  return new ForesyncError('config', 'not-a-standby', `It ${why}.`);
}

function promoted(): ForesyncError {
  return notStandby('is a primary, and no standby of the lead');
}
