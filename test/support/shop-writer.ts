import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import type { TestContext } from './tables.ts';

/** A shop's table of `rows` rows of about 300 bytes, some of them with a code that no other row has. */
export function makeShop(file: string, rows: number): void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = OFF');
  db.exec(`CREATE TABLE items(id INTEGER PRIMARY KEY, code TEXT UNIQUE, body BLOB, written INT);
    CREATE INDEX "by code" ON items(written, code);
    CREATE TABLE others(id INTEGER PRIMARY KEY);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO items SELECT i, iif(i % 3, 'code ' || i, NULL), randomblob(150) || hex(i), 0 FROM n;
    INSERT INTO items VALUES(0, 'the writer''s own count', NULL, 0)`);
  db.close();
}

/**
 * The writer's transaction number `n`, from 1: the same one every time. It notes its number in row 0, so that a copy tells
 * after which of them it was made.
 */
export function shopWrite(n: number, rows: number): string {
  const pick = (salt: number) => 1 + (((n * 2_654_435_761 + salt * 40_503) >>> 0) % rows);
  const kinds = [
    `UPDATE items SET body = 'changed ' || ${n}, written = ${n} WHERE id BETWEEN ${pick(1)} AND ${pick(1) + 5}`,
    `DELETE FROM items WHERE id = ${pick(2)}`,
    `REPLACE INTO items VALUES(${pick(3)}, 'code ' || ${pick(4)}, 'evicts', ${n})`,
    `UPDATE OR REPLACE items SET id = ${pick(5)} WHERE id = ${pick(6)}`,
    `INSERT INTO items VALUES(NULL, 'new ' || ${n}, zeroblob(100), ${n})`,
    `INSERT INTO items VALUES(${pick(7)}, 'up ' || ${n}, 1, ${n}) ON CONFLICT DO UPDATE SET written = ${n}, code = NULL`,
    `DELETE FROM items WHERE id IN (SELECT id FROM items WHERE code >= 'code ${pick(8)}' LIMIT 3)`,
  ];
  return `BEGIN IMMEDIATE; ${kinds[n % kinds.length]}; UPDATE items SET written = ${n} WHERE id = 0; COMMIT`;
}

/** The shop `file` as it is after the writer's first `count` transactions, made from its state before them. */
export function replayShop(file: string, count: number, rows: number): void {
  const db = new Database(file);
  db.pragma('synchronous = OFF');
  for (let n = 1; n <= count; n++) db.exec(shopWrite(n, rows));
  db.close();
}

export function writesIn(file: string): number {
  const db = new Database(file, { readonly: true });
  try {
    return db.prepare('SELECT written FROM items WHERE id = 0').pluck().get() as number;
  } finally {
    db.close();
  }
}

export interface ShopWriter {
  /** Resolves when it has ended. Rejects where a write of its failed. */
  stop(): Promise<void>;
}

/** Starts a process that goes on writing until it is stopped, the test is over, or its parent is gone. Resolves after its first write. */
export async function startShopWriter(t: TestContext, file: string, rows: number): Promise<ShopWriter> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), file, String(rows)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  t.after(() => child.stdin.destroy());
  await Promise.race([once(child.stdout, 'data'), ended]);
  return {
    stop: async () => {
      child.stdin.end();
      const [code] = await ended;
      if (code !== 0) throw new Error(`the writer ended with ${code}`);
    },
  };
}

async function write(file: string, rows: number): Promise<void> {
  const db = new Database(file, { timeout: 20_000 });
  db.pragma('synchronous = OFF');
  let open = true;
  process.stdin.on('end', () => {
    open = false;
  });
  process.stdin.resume();
  for (let n = 1 + writesIn(file); open; n++) {
    db.exec(shopWrite(n, rows));
    if (n % 10 === 1) process.stdout.write('.');
    // Some thousand writes a second would leave the two cores of a small machine to the writer alone.
    await new Promise((resume) => setTimeout(resume, 1));
  }
  db.close();
}

if (import.meta.main) await write(process.argv[2] ?? '', Number(process.argv[3]));
