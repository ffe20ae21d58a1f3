import type { StateDatabase } from '../../state/open.ts';
import { type KeySketch, mergeSketch, packSketch, unpackSketch } from './key-sketch.ts';

interface SketchRow {
  reads: number;
  writes: number;
  first_ms: number;
  last_ms: number;
  keys: Buffer;
  key_reads: Buffer;
}

/** The sketch of a replica, by its number; undefined where every key has its own row. */
export function loadSketch(db: StateDatabase, replica: number): KeySketch | undefined {
  const row = db.prepare<[number], SketchRow>('SELECT * FROM history_sketch WHERE replica = ?').get(replica);
  return (
    row &&
    unpackSketch({
      reads: row.reads,
      writes: row.writes,
      firstMs: row.first_ms,
      lastMs: row.last_ms,
      keys: row.keys,
      keyReads: row.key_reads,
    })
  );
}

/** Adds to the replica's sketch, within the caller's transaction; `added` is not to be used any more. */
export function addToSketch(db: StateDatabase, replica: number, added: KeySketch): void {
  const stored = loadSketch(db, replica);
  if (stored) mergeSketch(added, stored);
  const { reads, writes, firstMs, lastMs, keys, keyReads } = packSketch(added);
  db.prepare(
    `INSERT OR REPLACE INTO history_sketch (replica, reads, writes, first_ms, last_ms, keys, key_reads)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  ).run(replica, reads, writes, firstMs, lastMs, keys, keyReads);
}
