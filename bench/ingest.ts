// How many events a second does `foresync analyze` take from a plain CSV to a stored access history, start and end of the
// process included, and how much memory does it need? Not asked: compressed files, JSON Lines.
//
//   node bench/ingest.ts [--events 1000000] [--seed 1]

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

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
  const started = performance.now();
  const child = spawn(program, ['analyze', log, '--replica', 'bench', '--state', state, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const peak = watchPeak(child.pid);
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = (performance.now() - started) / 1000;
  if (code !== 0) throw new Error(`analyze ended with ${code}: ${output.slice(-500)}`);
  const report = JSON.parse(output) as { events: number; history: { keys: number } };
  if (report.events !== events) throw new Error(`${report.events} of ${events} events were read`);
  return {
    question: 'events a second from a plain CSV to the stored access history, whole process',
    events,
    keys: report.history.keys,
    seconds: round(seconds),
    eventsPerSecond: Math.round(events / seconds),
    maxRssBytes: peak(),
  };
}

/** The kernel keeps the high-water mark itself, so looking now and then misses only the last moment's growth. Linux alone. */
function watchPeak(pid: number | undefined): () => number | null {
  let peak: number | null = null;
  const look = () => {
    try {
      const match = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
      if (match) peak = Math.max(peak ?? 0, Number(match[1]) * 1024);
    } catch {
      clearInterval(timer); // It has ended, or there is no /proc here.
    }
  };
  const timer = setInterval(look, 10);
  return () => {
    clearInterval(timer);
    return peak;
  };
}

/** `time,key,operation` over seven days, about 34 bytes a line: Zipf (s = 1) over 1,000,000 keys, one write in ten. */
async function writeLog(file: string, count: number, seed: number): Promise<void> {
  const random = mulberry32(seed);
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

/** A small seeded generator (Tommy Ettinger's mulberry32). */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
