// How many events a second does `foresync analyze` take from a plain CSV to a stored access history, start and end of the
// process included, and how much memory does it need? Not asked: compressed files, JSON Lines.
//
//   node bench/ingest.ts [--events 1000000] [--seed 1]

import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom } from './support/random.ts';
import { rounded } from './support/statistics.ts';
import { timed } from './support/timed.ts';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
});
const events = Number(values.events);
const folder = mkdtempSync(path.join(tmpdir(), 'foresync-ingest-'));
try {
  const log = path.join(folder, 'access.csv');
  await writeLog(log, events, Number(values.seed));
  console.log(JSON.stringify(await measure(log, path.join(folder, 'state.db'))));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(log: string, state: string): Promise<object> {
  const program = fileURLToPath(new URL('../bin/run.js', import.meta.url));
  const run = await timed(program, ['analyze', log, '--replica', 'bench', '--state', state, '--json']);
  const report = JSON.parse(run.stdout) as { events: number; history: { keys: number } };
  if (report.events !== events) throw new Error(`${report.events} of ${events} events were read`);
  return {
    question: 'events a second from a plain CSV to the stored access history, whole process',
    events,
    keys: report.history.keys,
    seconds: rounded(run.ms / 1000),
    eventsPerSecond: Math.round(events / (run.ms / 1000)),
    maxRssBytes: run.processes.byRole.operator?.peakBytes ?? null,
  };
}

/** `time,key,operation` over seven days, about 34 bytes a line: Zipf (s = 1) over 1,000,000 keys, one write in ten. */
async function writeLog(file: string, count: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const out = createWriteStream(file);
  const startMs = Date.UTC(2026, 0, 5);
  const stepMs = (7 * 86_400_000) / count;
  let block = 'time,key,operation\n';
  for (let i = 0; i < count; i++) {
    const rank = Math.floor(1_000_000 ** random());
    const key = Math.imul(rank, 0x9e3779b1) >>> 0;
    block += `${Math.floor(startMs + i * stepMs)},item:${key},${random() < 0.1 ? 'write' : 'read'}\n`;
    if (block.length < 1 << 16) continue;
    if (!out.write(block)) await once(out, 'drain');
    block = '';
  }
  out.end(block);
  await once(out, 'finish');
}
