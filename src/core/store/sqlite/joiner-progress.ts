import { type ForesyncError, systemCodeOf } from '../../errors.ts';
import {
  type Checkpoint,
  joinerTaken,
  moveCheckpoint,
  publishedCheckpoint,
  readCheckpoint,
  stagedCheckpoint,
} from './checkpoint.ts';
import { type Connection, storeError } from './connection.ts';
import { moveStatus, type TableStatus } from './status-table.ts';

/**
 * How far a joiner is: its checkpoint, which is moved in the transactions that apply rows. A failed transaction takes its checkpoint back with it,
 * and nothing is applied after it: what was sent ahead would move the checkpoint past rows that are missing.
 */
export class JoinerProgress {
  /** Whether the table is in its place, where applications may use it. */
  readonly isPublished: boolean;
  readonly #table: string;
  readonly #checkpointTable: string;
  #checkpoint: Checkpoint;
  #failure: ForesyncError | undefined;

  constructor(checkpoint: Checkpoint, { table, isPublished }: { table: string; isPublished: boolean }) {
    this.isPublished = isPublished;
    this.#table = table;
    this.#checkpointTable = isPublished ? publishedCheckpoint(table) : stagedCheckpoint;
    this.#checkpoint = checkpoint;
  }

  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  /** In the transaction that applies what it speaks of. */
  move(db: Connection, change: Partial<Checkpoint>): void {
    const moved = { ...this.#checkpoint, ...change };
    moveCheckpoint(db, this.#checkpoint, moved, this.#checkpointTable);
    this.#checkpoint = moved;
  }

  /** Goes on with another file, which has this checkpoint. */
  takeUp(checkpoint: Checkpoint): void {
    this.#checkpoint = checkpoint;
  }

  /** Tells applications, where the table is in its place. */
  tell(db: Connection, status: TableStatus): void {
    if (this.isPublished) moveStatus(db, this.#table, status);
  }

  /** Runs work that is one transaction at most. `db` gives the joiner's connection of the moment. */
  guard<T>(db: () => Connection, work: () => T): T {
    if (this.#failure) throw this.#failure;
    const before = this.#checkpoint;
    try {
      return work();
    } catch (error) {
      this.#checkpoint = before;
      this.#failure = this.#told(db(), error);
      throw this.#failure;
    }
  }

  /** Runs work that changes nothing, which may still be done after a failure. */
  reading<T>(db: () => Connection, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#told(db(), error);
    }
  }

  #told(db: Connection, error: unknown): ForesyncError {
    return this.#isTaken(db, error) ? joinerTaken(db.name, error) : storeError(error, db.name);
  }

  /** Whoever begins a joiner anew that is in its place takes its tables away, which a statement notices before the checkpoint does. */
  #isTaken(db: Connection, error: unknown): boolean {
    if (!this.isPublished || systemCodeOf(error) !== 'SQLITE_ERROR') return false;
    return JSON.stringify(readCheckpoint(db, this.#checkpointTable)) !== JSON.stringify(this.#checkpoint);
  }
}
