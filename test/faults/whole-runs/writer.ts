// An application: writes into the lead's table until it is told to stop or its parent is gone. Reads orders as lines of JSON.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import Database from 'better-sqlite3';
import type { WriterSpec } from './writer-process.ts';
import { applyWrite, markIn, markSql } from './writes.ts';

const spec = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as WriterSpec;
const orders: string[] = [];
let open = true;
createInterface({ input: process.stdin })
  .on('line', (line) => orders.push(JSON.parse(line) as string))
  .on('close', () => {
    open = false;
  });

const connections = Array.from({ length: spec.connections }, () => {
  const db = new Database(spec.file, { timeout: 200 });
  db.pragma('synchronous = OFF');
  db.pragma('foreign_keys = ON');
  return db;
});
const [first] = connections;
if (!first) throw new Error('a writer has one connection at least');

/** Orders that an earlier process of this writer was killed over. */
const noted = existsSync(spec.ordersFile) ? readFileSync(spec.ordersFile, 'utf8').trim().split('\n') : [];
const known = new Map(noted.map((line) => JSON.parse(line) as [number, string]));

let dropped = false;
const beginning = 1 + (markIn(first, spec.table, spec.keyValues) ?? 0);
for (let n = beginning; open && !dropped; n++) {
  while (spec.isQuiet && n > beginning && open && !known.has(n) && orders.length === 0) await pause(20);
  if (!open) break;
  const order = known.has(n) ? undefined : orders.shift();
  const sql = known.get(n) ?? order ?? spec.writes[n % spec.writes.length] ?? '';
  // Before it is done: a writer that is killed in between does it again under the same number.
  if (order !== undefined) appendFileSync(spec.ordersFile, `${JSON.stringify([n, order])}\n`);
  dropped = await writeOnce(n, sql);
  if (order !== undefined || n % 10 === 1 || n === beginning) process.stdout.write(`${n}\n`);
  // Some thousand writes a second would leave the two cores of a small machine to the writer alone.
  await pause(spec.pauseMs);
}
while (open) await pause(5);
for (const db of connections) db.close();

/** Tries until it can be done: files are locked, and disks full, for a while. True where the table is gone by this write. */
async function writeOnce(n: number, sql: string): Promise<boolean> {
  const db = connections[n % connections.length];
  if (/^DROP TABLE ("[^"]*")+$/.test(sql)) {
    while (open && !(await done(() => db?.exec(sql)))) await pause(20);
    return true;
  }
  while (open && !(await done(() => db && applyWrite(db, sql, markSql(spec.table, spec.keyValues, n)))))
    await pause(20);
  return false;
}

async function done(work: () => unknown): Promise<boolean> {
  try {
    work();
    return true;
  } catch (error) {
    if (!/^SQLITE_(BUSY|LOCKED|FULL|IOERR)/.test((error as { code: string }).code)) throw error;
    return false;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, ms));
}
