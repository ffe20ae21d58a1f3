// Asks the questions of bench/, all or those that are named, and writes what was measured into docs/PERFORMANCE.md.
//
//   npm run bench [-- NAME...] [--quick]
//
// The JSON of each goes to .foresync/bench/NAME.json. --quick takes small sizes, to see that everything runs; its figures
// stay out of the page.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withTable } from './report/page.ts';
import { tables } from './report/tables.ts';

/** Every bench, and the sizes with which it takes seconds. */
const quickSizes: Record<string, string[]> = {
  ingest: ['--events', '50000', '--repetitions', '1', '--alone'],
  scale: ['--events', '20000,50000', '--next', '1000', '--keys', '10000'],
  clickhouse: ['--events', '200000'],
  plan: ['--keys', '5000'],
  inspect: ['--entries', '20000', '--repetitions', '3'],
  startup: ['--repetitions', '1'],
  'add-replica': ['--rows', '20000', '--repetitions', '1'],
  'text-key': ['--rows', '20000', '--repetitions', '1'],
  'donor-latency': ['--rows', '20000', '--repetitions', '1', '--seconds', '1'],
  postgres: ['--rows', '20000', '--repetitions', '1'],
  serve: ['--rows', '20000', '--per-second', '200'],
  'slow-link': ['--rows', '20000', '--repetitions', '1'],
  'time-to-hot': ['--rows', '5000', '--rate', '20mbit', '--rtt', '10ms', '--traces', 'nasa_day'],
  simulate: ['--rows', '20000', '--planned', '4000', '--repetitions', '1', '--events', '20000'],
};

const root = fileURLToPath(new URL('..', import.meta.url));
const results = path.join(root, '.foresync', 'bench');
const page = path.join(root, 'docs', 'PERFORMANCE.md');

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const names = positionals.length > 0 ? positionals : Object.keys(quickSizes);
const unknown = names.filter((name) => !(name in quickSizes));
if (unknown.length > 0) {
  process.stderr.write(
    `No bench is called ${unknown.join(' or ')}; there are ${Object.keys(quickSizes).join(', ')}.\n`,
  );
  process.exitCode = 64;
} else {
  await askAll();
}

async function askAll(): Promise<void> {
  const { status } = spawnSync(process.execPath, [path.join(root, 'scripts', 'build.ts')], {
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) {
    process.stderr.write('What is to be measured does not build.\n');
    process.exitCode = 1;
    return;
  }
  mkdirSync(results, { recursive: true });
  for (const name of names) {
    process.stderr.write(`${name} …\n`);
    const answer = await ask(name);
    if (answer === undefined) {
      process.exitCode = 1;
      continue;
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
    if (values.quick) continue;
    writeFileSync(path.join(results, `${name}.json`), `${JSON.stringify(answer, null, 2)}\n`);
    const table = tables[name]?.(answer as never);
    if (table) writeFileSync(page, withTable(readFileSync(page, 'utf8'), name, table));
  }
}

/** Undefined where the bench failed, which it has said itself. */
async function ask(name: string): Promise<unknown> {
  const script = path.join(root, 'bench', `${name}.ts`);
  const child = spawn(process.execPath, [script, ...(values.quick ? (quickSizes[name] ?? []) : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return code === 0 ? JSON.parse(output) : undefined;
}
