import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import Database from 'better-sqlite3';
import { findProgram } from './sshd-path.ts';
import { quoted, rowsOf, schemaOf } from './tables.ts';

const shell = findProgram('sqlite3');

/** What `assertSameDump` compares, in words, for a test's report. */
export const dumpedBy = shell
  ? `${shell} .dump`
  : 'SELECT through better-sqlite3, as there is no sqlite3 shell';

/** Two files hold the same: schema, rows and their order, by SQLite's own shell where there is one. Nothing of foresync's is used. */
export function assertSameDump(actual: string, expected: string, what: string): void {
  const [left, right] = [dumpOf(actual), dumpOf(expected)];
  const at = left.findIndex((line, index) => line !== right[index]);
  if (at < 0 && left.length === right.length) return;
  const line = at < 0 ? left.length : at;
  assert.fail(`${what}: line ${line + 1} differs:\n  ${left[line]}\n  ${right[line]}`);
}

/** The lines of a dump. */
function dumpOf(file: string): string[] {
  if (shell)
    return execFileSync(shell, [file, '.dump'], { encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 }).split(
      '\n',
    );
  return [
    ...schemaOf(file),
    ...tablesOf(file).flatMap((table) => [quoted(table), ...rowsOf(file, table, ['rowid'])]),
  ];
}

function tablesOf(file: string): string[] {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all() as string[];
  } finally {
    db.close();
  }
}
