import { randomBytes } from 'node:crypto';
import { ForesyncError } from '../../errors.ts';
import { Session } from './session.ts';

/** How long a process that holds the joiner may take to be noticed as dead. */
const holderGoneMs = 15_000;

const hold = 'pg_advisory_lock(hashtextextended($1, 0))';
const share = 'hashtextextended($1, 1)';

/**
 * A joiner that one process has for itself, from before it looks at what is there until it ends. Three locks at the joiner's server: that of the joiner; one that each connection
 * of the process has a share of, so that none of an earlier process writes any more; and one of this hold alone, by which a connection knows that it is not lost.
 */
export class JoinerHold {
  readonly url: string;
  readonly id: string;
  /** Of no other hold. */
  readonly token: string;
  /** Its end is the hold's. */
  readonly owner: Session;
  #isAlone = false;

  private constructor(url: string, id: string, token: string, owner: Session) {
    this.url = url;
    this.id = id;
    this.token = token;
    this.owner = owner;
  }

  /** Waits for a while for whoever has it. Throws `joiner-busy`. */
  static async take(url: string, id: string): Promise<JoinerHold> {
    const owner = await Session.open(url);
    try {
      const own = new JoinerHold(url, id, randomBytes(16).toString('hex'), owner);
      await own.#lock(hold);
      await owner.rows(`SELECT ${hold}`, [own.token]);
      await own.alone();
      return own;
    } catch (error) {
      await owner.end();
      throw error;
    }
  }

  /** Until no connection of any process has a share. */
  async alone(): Promise<void> {
    if (this.#isAlone) return;
    await this.#lock(`pg_advisory_lock(${share})`);
    this.#isAlone = true;
  }

  /** From now on connections of this process may have their share. */
  async letIn(): Promise<void> {
    await this.owner.rows(`SELECT pg_advisory_unlock(${share})`, [this.id]);
    this.#isAlone = false;
  }

  /** Takes a share for a connection, for as long as it lasts. Throws `joiner-lost`: with the owner's connection its locks went, and another process may build the joiner since. */
  async joinIn(session: Session): Promise<void> {
    await session.rows(`SELECT pg_advisory_lock_shared(${share})`, [this.id]);
    const [isLost] = await session.row('SELECT pg_try_advisory_lock_shared(hashtextextended($1, 0))', [
      this.token,
    ]);
    if (isLost === 't') throw lost();
  }

  /** Throws `joiner-lost`. */
  async check(): Promise<void> {
    if (this.owner.isLost) throw lost();
    await this.owner.rows('SELECT');
  }

  async end(): Promise<void> {
    await this.owner.end();
  }

  async #lock(which: string): Promise<void> {
    await this.owner.rows(`SET lock_timeout = ${holderGoneMs}`);
    try {
      await this.owner.rows(`SELECT ${which}`, [this.id]);
    } catch (error) {
      if (!(error instanceof ForesyncError) || error.code !== 'postgres-55P03') throw error;
      throw new ForesyncError('exists', 'joiner-busy', 'Another run builds this joiner just now.', {
        cause: error,
      });
    }
    await this.owner.rows('SET lock_timeout = 0');
  }
}

function lost(): ForesyncError {
  return new ForesyncError(
    'unreachable',
    'joiner-lost',
    "The connection that held the joiner's place is lost.",
  );
}
