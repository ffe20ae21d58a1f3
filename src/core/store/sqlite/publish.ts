import { closeSync, existsSync, fsyncSync, openSync, renameSync } from 'node:fs';
import path from 'node:path';
import { ForesyncError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { type Checkpoint, createCheckpoint, dropCheckpoint, publishedCheckpoint } from './checkpoint.ts';
import { connect, storeError } from './connection.ts';
import { refuseRemains } from './place.ts';
import { carriedColumns } from './scan.ts';
import { literal, quote } from './sql.ts';
import { discardStaging, stagingPath } from './staging.ts';
import { moveStatus, putStatus, type TableStatus } from './status-table.ts';
import type { TableShape } from './table-shape.ts';

export interface PublishOptions {
  replace: boolean;
  walMode: boolean;
  /** Stays with the table, by which a run knows it again as its own, until `releasePublished`. */
  keep: Checkpoint;
  status?: TableStatus;
}

/**
 * Makes the staged table appear under its name, at once and whole. Where there is no file yet, the staging file becomes
 * it by a rename, checkpointed, closed and forced to disk. Into a file that is there already, with other tables in use,
 * the rows go in one transaction. The table still takes rows from where the checkpoint `keep` is (`openPublished`), and
 * with `status` the file tells applications how far the table is.
 */
export function publish(file: string, shape: TableShape, options: PublishOptions): void {
  const staging = stagingPath(file);
  try {
    if (existsSync(file)) copyInto(file, staging, shape, options);
    else {
      refuseRemains(file);
      renameInto(file, staging, shape, options);
    }
  } catch (error) {
    throw storeError(error, file);
  }
}

function renameInto(
  file: string,
  staging: string,
  shape: TableShape,
  { walMode, keep, status }: PublishOptions,
): void {
  const db = connect(staging, { existing: true });
  db.transaction(() => {
    dropCheckpoint(db);
    createCheckpoint(db, keep, publishedCheckpoint(shape.name));
    if (status) putStatus(db, shape.name, status);
  })();
  db.pragma(`journal_mode = ${walMode ? 'WAL' : 'DELETE'}`);
  db.close();
  force(staging);
  renameSync(staging, file);
  force(path.dirname(file));
}

function copyInto(
  file: string,
  staging: string,
  shape: TableShape,
  { replace, keep, status }: PublishOptions,
): void {
  const db = connect(file, { existing: true });
  try {
    // The donor's rows are what they are, whatever its constraints say now.
    db.pragma('ignore_check_constraints = ON');
    db.prepare('ATTACH ? AS staged').run(staging);
    db.transaction(() => {
      const table = quote(shape.name);
      const present = db
        .prepare("SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE")
        .get(shape.name);
      if (present && !replace) throw tableThere(file, shape.name);
      if (present) db.exec(`DROP TABLE main.${table}`);
      db.prepare(shape.sql).run();
      const columns = carriedColumns(shape).join(', ');
      db.exec(`INSERT INTO main.${table}(${columns}) SELECT ${columns} FROM staged.${table}`);
      for (const { sql } of shape.indexes) db.prepare(sql).run();
      if (shape.autoincrement) {
        db.exec(`DELETE FROM main.sqlite_sequence WHERE name = ${literal(shape.name)}`);
        db.exec(
          `INSERT INTO main.sqlite_sequence SELECT name, seq FROM staged.sqlite_sequence WHERE name = ${literal(shape.name)}`,
        );
      }
      dropCheckpoint(db, publishedCheckpoint(shape.name));
      createCheckpoint(db, keep, publishedCheckpoint(shape.name));
      if (status) putStatus(db, shape.name, status);
      else moveStatus(db, shape.name, 'synced');
    }).immediate();
  } finally {
    db.close();
  }
  discardStaging(file);
}

export function tableThere(file: string, table: string): ForesyncError {
  return new ForesyncError(
    'exists',
    'joiner-has-table',
    `${printable(file)} holds a table ${printable(table)} already.`,
    {
      hint: 'Use --replace to put the copy in its place, or name another --store.',
    },
  );
}

function force(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
