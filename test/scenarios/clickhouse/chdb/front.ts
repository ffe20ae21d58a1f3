// A tiny HTTP front before chdb, which is today's engine of ClickHouse without a server: it takes a query and its settings as
// ClickHouse's HTTP interface does, and answers with what the engine gives. The engine is the real one; the transport is ours.
//
//   node front.ts FOLDER        prints its port

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';

/** The part of chdb that is needed; it has a package.json of its own, so its types are not there for the checker. */
interface Chdb {
  Session: new (
    folder: string,
  ) => {
    queryAsync(sql: string, options: { format: string }): Promise<{ bytes(): Uint8Array }>;
  };
}

const { Session } = createRequire(import.meta.url)('chdb') as Chdb;
const [, , folder = ''] = process.argv;
const session = new Session(path.join(folder, 'data'));
/** Names in the URL that are no settings; `readonly` would hold for the session, and all that the front itself does in it. */
const notSettings = new Set(['query', 'query_id', 'database', 'readonly']);

const server = http.createServer(async (request, response) => {
  const { searchParams, pathname } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname === '/ping') return response.end('Ok.\n');
  const body = await buffer(request);
  const sql = searchParams.get('query') ?? body.toString();
  try {
    for (const [name, value] of searchParams)
      if (!notSettings.has(name)) await run(`SET ${name} = '${value}'`, 'TabSeparated');
    response.end(await answer(sql, searchParams.has('query') ? body : undefined));
  } catch (error) {
    response.writeHead(500).end(error instanceof Error ? error.message : String(error));
  }
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
// Whoever started this ends it by closing its input.
process.stdin.resume().on('end', () => process.exit(0));

async function answer(sql: string, rows: Buffer | undefined): Promise<Uint8Array> {
  if (rows) {
    const [, table = ''] = /^INSERT INTO (.+) FORMAT TabSeparated$/s.exec(sql) ?? [];
    const file = path.join(folder, 'rows.tsv');
    writeFileSync(file, rows);
    return run(`INSERT INTO ${table} FROM INFILE '${file}' FORMAT TabSeparated`, 'TabSeparated');
  }
  const [, query = sql, format = 'TabSeparated'] = /^(.*?)(?:\sFORMAT (\w+))?$/s.exec(sql.trim()) ?? [];
  return run(query, format);
}

async function run(sql: string, format: string): Promise<Uint8Array> {
  return (await session.queryAsync(sql, { format })).bytes();
}
