import type { Connection } from './connection.ts';
import { deltaLogNames } from './delta-log.ts';
import { quote } from './sql.ts';

/**
 * Takes changes up to `upTo`, which the joiner has applied, out of the Delta Log: `maxKeys` of them at most, so that no
 * writer waits long for this one. Gives the keys that are left in the log, and whether no more up to `upTo` can go. How far the
 * log was pruned is kept in a table that is made now: a joiner that stands before that place has missed changes. The last change stays
 * whatever `upTo` is: the next one's number is made from its, and it counts the keys.
 */
export function pruneDelta(
  db: Connection,
  shape: { name: string },
  { upTo, maxKeys }: { upTo: number; maxKeys: number },
): { keys: number; complete: boolean } {
  const names = deltaLogNames(shape.name);
  const [delta, pruned] = [quote(names.delta), quote(names.pruned)];
  return db
    .transaction(() => {
      const before = prunedTo(db, shape);
      db.exec(`CREATE TABLE IF NOT EXISTS ${pruned}(seq INTEGER); DELETE FROM ${pruned}`);
      db.prepare(`INSERT INTO ${pruned} VALUES(?)`).run(Math.max(before, upTo));
      const last = `(SELECT max(seq) FROM ${delta})`;
      const { changes } = db
        .prepare(
          `DELETE FROM ${delta} WHERE seq IN (SELECT seq FROM ${delta} WHERE seq <= ? AND seq < ${last} ORDER BY seq LIMIT ?)`,
        )
        .run(upTo, maxKeys);
      const keys =
        (db
          .prepare(`UPDATE ${delta} SET keys = keys - ? WHERE seq = ${last} RETURNING keys`)
          .pluck()
          .get(changes) as number | undefined) ?? 0;
      return { keys, complete: changes < maxKeys };
    })
    .immediate();
}

/** The last change that was pruned; 0 where none was. */
export function prunedTo(db: Connection, shape: { name: string }): number {
  const { pruned } = deltaLogNames(shape.name);
  const isThere = db.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?").get(pruned);
  if (isThere === undefined) return 0;
  return (
    (db
      .prepare(`SELECT seq FROM ${quote(pruned)}`)
      .pluck()
      .get() as number | undefined) ?? 0
  );
}
