import type { StateDatabase } from '../state/open.ts';
import { KeyCensus, type StoredCensus } from './segments/key-census.ts';

const name = 'census';

/** The census of all keys in the history. */
export function loadCensus(db: StateDatabase): KeyCensus {
  const text = db
    .prepare<[string], string>('SELECT value FROM history_meta WHERE name = ?')
    .pluck()
    .get(name);
  return text === undefined ? new KeyCensus() : KeyCensus.from(JSON.parse(text) as StoredCensus);
}

/** Within the transaction that changed the history. */
export function storeCensus(db: StateDatabase, census: KeyCensus): void {
  db.prepare('INSERT OR REPLACE INTO history_meta VALUES (?, ?)').run(name, JSON.stringify(census.stored()));
}
