import { dropPublication, startCapture, underWay } from './capture.ts';
import { inSession, Session } from './session.ts';
import type { SlotPurpose } from './slot-purpose.ts';
import type { TableName } from './sql.ts';

/** Whom a slot that is being made waits for: a transaction that was under way before. What the login may not know is left out. */
export interface SlotWait {
  /** Of the server's process; 0 for a prepared transaction, which has none. */
  pid: number;
  sinceMs?: number;
  application?: string;
  user?: string;
  /** As pg_stat_activity has it, such as `idle in transaction`. */
  state?: string;
}

/** What a capture has when it has begun: rows may be read once all transactions with an xid below `below` are over. */
export interface BegunCapture {
  from: number;
  below: string;
}

interface CaptureAbout {
  table: TableName;
  purpose: SlotPurpose;
}

/** A capture that begins, in a connection of its own: the server lets it wait for all that write just now, however long. */
export class CaptureStart {
  readonly #url: string;
  readonly #id: string;
  readonly #session: Session;
  readonly #pid: string;
  readonly #begun: Promise<BegunCapture>;

  private constructor(url: string, id: string, about: CaptureAbout, session: Session, pid: string) {
    this.#url = url;
    this.#id = id;
    this.#session = session;
    this.#pid = pid;
    this.#begun = this.#begin(about);
    this.#begun.catch(() => undefined);
  }

  static async open(url: string, id: string, about: CaptureAbout): Promise<CaptureStart> {
    const session = await Session.open(url);
    const [pid] = await session.row('SELECT pg_backend_pid()');
    return new CaptureStart(url, id, about, session, pid ?? '');
  }

  /** What came of it, or, where that takes longer than `waitMs`, whom it waits for. Throws as `startCapture` does. */
  async look(waitMs: number): Promise<BegunCapture | { waitsFor: SlotWait[] }> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), waitMs);
    const begun = await Promise.race([this.#begun, late.promise]).finally(() => clearTimeout(timer));
    return begun ?? { waitsFor: await inSession(this.#url, (session) => this.#waitsFor(session)) };
  }

  /** Gives up what still waits, and leaves nothing of it. What has begun stays. */
  async stop(): Promise<void> {
    let isOver = false;
    const over = this.#begun.then(
      () => undefined,
      () => undefined,
    );
    void over.then(() => {
      isOver = true;
    });
    // Between two statements there is nothing to cancel.
    while (!isOver) {
      await inSession(this.#url, (session) =>
        session.rows('SELECT pg_cancel_backend($1::int), pg_sleep(0.02)', [this.#pid]),
      ).catch(() => this.#session.cut());
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 50))]);
    }
  }

  async #begin(about: CaptureAbout): Promise<BegunCapture> {
    try {
      const from = await startCapture(this.#session, this.#id, about);
      return { from, ...(await underWay(this.#session)) };
    } catch (error) {
      await dropPublication(this.#session, this.#id, about.purpose.hold).catch(() => undefined);
      throw error;
    } finally {
      await this.#session.end();
    }
  }

  async #waitsFor(session: Session): Promise<SlotWait[]> {
    const rows = await session.rows(
      `SELECT b.pid, (extract(epoch FROM a.xact_start) * 1000)::int8, a.application_name, a.usename, a.state
        FROM unnest(pg_blocking_pids($1::int)) AS b(pid) LEFT JOIN pg_stat_activity a ON a.pid = b.pid AND b.pid <> 0 LIMIT 20`,
      [this.#pid],
    );
    return rows.map(([pid, since, application, user, state]) => ({
      pid: Number(pid),
      ...(since != null && { sinceMs: Number(since) }),
      ...(application && { application }),
      ...(user && { user }),
      ...(state && { state }),
    }));
  }
}
