// The same tests against today's ClickHouse: `npm run test:clickhouse`. They are apart from `npm test` because the engine is 550 MB.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline/promises';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ClickHouseEngine, runAt } from '../../support/clickhouse-servers.ts';
import { installChdb } from './chdb/install.ts';
import { testEngine } from './engine-tests.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'foresync-chdb-'));
let front: ChildProcess | undefined;
let engine: ClickHouseEngine | undefined;

before(async () => {
  installChdb();
  const script = fileURLToPath(new URL('chdb/front.ts', import.meta.url));
  const started = spawn(process.execPath, [script, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  front = started;
  const lines = createInterface({ input: started.stdout });
  const [port] = (await once(lines, 'line')) as [string];
  const address = `127.0.0.1:${port}`;
  engine = { address, run: (sql, body) => runAt(address, sql, body) };
});

after(async () => {
  if (front && front.exitCode === null) {
    front.stdin?.end();
    await once(front, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function today(): ClickHouseEngine {
  if (!engine) throw new Error('the engine was not started');
  return engine;
}

test('the engine is of this decade', async () => {
  assert.match(await today().run('SELECT version() FORMAT TabSeparated'), /^2[5-9]\./);
});

testEngine('today', today, true);
