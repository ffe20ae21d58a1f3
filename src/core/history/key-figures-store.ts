import type { StateDatabase } from '../state/open.ts';
import { KeyFigures, type StoredKeyFigures } from './segments/key-figures.ts';

const name = 'figures';

/** The figures of all keys in the history. */
export function loadFigures(db: StateDatabase): KeyFigures {
  const text = db
    .prepare<[string], string>('SELECT value FROM history_meta WHERE name = ?')
    .pluck()
    .get(name);
  return text === undefined ? new KeyFigures() : KeyFigures.from(JSON.parse(text) as StoredKeyFigures);
}

/** Within the transaction that changed the history. */
export function storeFigures(db: StateDatabase, figures: KeyFigures): void {
  db.prepare('INSERT OR REPLACE INTO history_meta VALUES (?, ?)').run(name, JSON.stringify(figures.stored()));
}
