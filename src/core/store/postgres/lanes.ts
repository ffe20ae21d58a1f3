import { ForesyncError } from '../../errors.ts';
import { Session } from './session.ts';

/** Connections that work side by side, each opened when it is needed first. */
export class Lanes {
  readonly #url: string;
  readonly #prepare: (session: Session) => Promise<unknown>;
  readonly #sessions = new Map<number, Promise<Session>>();
  #isClosed = false;

  constructor(url: string, prepare: (session: Session) => Promise<unknown>) {
    this.#url = url;
    this.#prepare = prepare;
  }

  async session(lane: number): Promise<Session> {
    const known = await this.#sessions.get(lane)?.catch(() => undefined);
    if (known && !known.isLost) return known;
    // A request that stood in line would connect anew behind its back, and keep the joiner locked.
    if (this.#isClosed) throw new ForesyncError('stopped', 'lanes-closed', 'The connections were closed.');
    const opening = Session.open(this.#url).then(async (session) => {
      await this.#prepare(session);
      return session;
    });
    opening.catch(() => undefined);
    this.#sessions.set(lane, opening);
    return opening;
  }

  /** For good. What they are doing is let end, or is rolled back by the servers. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const opening of this.#sessions.values()) {
      const session = await opening.catch(() => undefined);
      await session?.end();
    }
    this.#sessions.clear();
  }
}
