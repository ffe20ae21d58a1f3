import pg from 'pg';
import type { PostgresServer } from './postgres.ts';
import { numbersFrom } from './postgres-writer.ts';

/** A table whose rows tell how new they are: each write of a row gives it a number that is larger than all before. */
export const versionedTable = `CREATE SEQUENCE versions; CREATE TABLE versioned (id int PRIMARY KEY, version bigint NOT NULL DEFAULT 0, note text, body text);
  ALTER TABLE versioned ALTER body SET STORAGE EXTERNAL;
  INSERT INTO versioned SELECT g, 0, 'note', CASE WHEN g % 3 = 0 THEN repeat('large ' || g, 500) ELSE repeat('b', 300) END FROM generate_series(1, 3000) g;`;
const keys = 3300;

function client({ socketFolder }: PostgresServer): pg.Client {
  const opened = new pg.Client({ host: socketFolder, user: 'postgres', database: 'postgres' });
  opened.on('error', () => undefined);
  return opened;
}

/** Updates, inserts, deletes and moves rows of the versioned table until it is stopped. */
export class VersionWriter {
  readonly #done: Promise<void>;
  #isStopping = false;

  constructor(server: PostgresServer, seed: number) {
    this.#done = this.#write(server, numbersFrom(seed));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #write(server: PostgresServer, random: () => number): Promise<void> {
    const writing = client(server);
    await writing.connect();
    const key = () => {
      const some = random() < 0.5 ? 60 : keys;
      return 1 + Math.floor(random() * some) * Math.floor(keys / some);
    };
    while (!this.#isStopping) {
      const [id, other, kind] = [key(), key(), random()];
      await writing.query(
        kind < 0.6
          ? `UPDATE versioned SET version = nextval('versions') WHERE id = ${id}`
          : kind < 0.75
            ? `INSERT INTO versioned VALUES (${id}, nextval('versions'), 'new', 'new') ON CONFLICT (id) DO UPDATE SET version = excluded.version`
            : kind < 0.85
              ? `DELETE FROM versioned WHERE id = ${id}`
              : `UPDATE versioned SET id = ${other}, version = nextval('versions') WHERE id = ${id} AND NOT EXISTS (SELECT FROM versioned WHERE id = ${other})`,
      );
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    await writing.end();
  }
}

/** What was seen of a key, told from what must not be seen of it any more. */
interface Seen {
  id: number;
  before: string;
  after: string;
}

/**
 * Reads keys of the versioned table at a joiner again and again, from the moment that they are answered, by several connections, and remembers where a read gave something that is older than what an
 * earlier one gave, whichever connection that was.
 */
export class VersionReaders {
  readonly backwards: Seen[] = [];
  /** Errors by what they said, and how often. */
  readonly errors = new Map<string, number>();
  reads = 0;
  /** For each key twice the newest version that was seen, and one more where the row was gone after it. */
  readonly #newest = new Map<number, number>();
  readonly #done: Promise<unknown>;
  #isStopping = false;

  constructor(server: PostgresServer, seed: number, connections = 3) {
    this.#done = Promise.all(
      Array.from({ length: connections }, (_, place) =>
        this.#read(server, numbersFrom(seed + place), place % 3 === 2),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #read(server: PostgresServer, random: () => number, isRepeatable: boolean): Promise<void> {
    const reading = client(server);
    await reading.connect();
    if (isRepeatable) await reading.query('SET default_transaction_isolation = "repeatable read"');
    while (!this.#isStopping) {
      const id = 1 + Math.floor(random() * 60) * Math.floor(keys / 60);
      const floor = this.#newest.get(id) ?? -1;
      try {
        const { rows } = await reading.query({
          name: 'by key',
          text: 'SELECT version FROM versioned WHERE id = $1',
          values: [id],
        });
        if (rows.length > 1) this.backwards.push({ id, before: 'once', after: 'twice' });
        this.#saw(id, floor, rows[0] && Number(rows[0].version));
      } catch (error) {
        const said = String(error);
        this.errors.set(said, (this.errors.get(said) ?? 0) + 1);
        if (/does not exist/.test(said)) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await reading.end();
  }

  #saw(id: number, floor: number, version: number | undefined): void {
    this.reads += 1;
    const rank = version === undefined ? (floor % 2 === 0 ? floor + 1 : floor) : 2 * version;
    if (rank < floor)
      this.backwards.push({
        ...{ id, before: floor % 2 === 0 ? `${floor / 2}` : `gone after ${(floor - 1) / 2}` },
        after: `${version}`,
      });
    this.#newest.set(id, Math.max(rank, this.#newest.get(id) ?? -1));
  }
}
