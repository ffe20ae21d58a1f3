/**
 * What does an operator wait for in `foresync plan inspect` over a plan of a million entries, and how much memory does it take?
 *
 *   node bench/inspect.ts [--entries 1000000] [--repetitions 20] [--seed 1]
 *
 * The parent writes a plan from a seeded generator; a child of its own opens it and then presses keys at the inspector's screen of 200x60, on a
 * terminal that only takes the bytes. A key's time is that from the press to the frame.
 * Not asked here: what the operator's own terminal takes to draw.
 */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundlePrograms } from '../scripts/build.ts';
import { InspectedPlan } from '../src/core/plan/inspect/inspected-plan.ts';
import { PlanIndex } from '../src/core/plan/inspect/plan-index.ts';
import { wholeView } from '../src/core/plan/inspect/plan-rows.ts';
import type { PlanEntry } from '../src/core/plan/prefetch-plan.ts';
import { writePlan } from '../src/core/plan/write-plan.ts';
import { brushFor } from '../src/ui/metrics-paint.ts';
import { seededRandom } from './support/random.ts';
import { rounded, type Spread, spreadOf } from './support/statistics.ts';

export interface InspectFigures {
  question: string;
  entries: number;
  fileBytes: number;
  openSeconds: number;
  /** From the press to the frame, by what is pressed for. */
  waits: { name: string; ms: Spread }[];
  repetitions: number;
  maxRssBytes: { opened: number; all: number };
}

const { values: options } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    repetitions: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    measure: { type: 'string' },
  },
});

/** The keys that are pressed for each wait, again and again; what they are pressed at stays much the same. */
const waits: readonly (readonly [name: string, keys: readonly string[]])[] = [
  ['a row down', ['j']],
  ['a page down', ['\u001b[6~']],
  ['to the end and back', ['G', 'g']],
  ['sorted otherwise', ['s']],
  ['the other way round', ['r']],
  ['pinned', ['p']],
  ['the next one found', ['n']],
  ['the curve, and the list', ['c', 'c']],
  ['the detail, and the next one', ['\r', 'j', '\u001b']],
];

/** Longer than Ink waits between two frames. */
const frameMs = 60;

if (options.measure === undefined) await ask();
else console.log(JSON.stringify(await measure(options.measure)));

async function ask(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-bench-inspect-'));
  try {
    const file = path.join(folder, 'plan.jsonl');
    await writeBenchPlan(file, Number(options.entries), Number(options.seed));
    const args = [fileURLToPath(import.meta.url), '--measure', file, '--repetitions', options.repetitions];
    // React's development build keeps a measurement of every frame.
    const env = { ...process.env, NODE_ENV: 'production', FORCE_COLOR: '1', NO_COLOR: '' };
    process.stdout.write(execFileSync(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writeBenchPlan(file: string, entries: number, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const originMs = Date.UTC(2026, 0, 31);
  const one = (i: number): PlanEntry => ({
    key: `user:${Math.floor(random() * 1e9)}:profile`,
    confidence: Math.round(1e4 * Math.min(1, Math.max(0, 1 - i / entries + (random() - 0.5) / 10))) / 1e4,
    expectedAt: new Date(originMs + Math.floor(random() * 86_400_000)).toISOString(),
    expectedReads: Math.round((1e4 * entries) / (50 * (i + 1))) / 1e4,
    expectedWrites: Math.round(1e4 * random()) / 1e4,
    sizeBytes: 64 + Math.floor(random() * 400),
    donor: ['us-east', 'us-west', 'ap-south'][i % 3],
    model: i % 20 === 0 ? 'decay' : 'learned',
  });
  await writePlan(file, {
    header: {
      ...{
        kind: 'foresync.plan',
        version: 1,
        origin: new Date(originMs).toISOString(),
        horizonMs: 86_400_000,
      },
      ...{ model: 'auto', minConfidence: 0, entries, expectedHitRate: 0.8 },
    },
    entries: function* () {
      for (let i = 0; i < entries; i++) yield one(i);
    },
  });
}

async function measure(file: string): Promise<InspectFigures> {
  const started = performance.now();
  const index = await PlanIndex.open(file);
  const openSeconds = (performance.now() - started) / 1000;
  const opened = process.resourceUsage().maxRSS * 1024;
  const plan = new InspectedPlan(index, () => ({ absent: 'There is no history here.' }));
  const screen = await openScreen(plan);
  const found: InspectFigures['waits'] = [];
  const add = (name: string, times: number[]) => found.push({ name, ms: spreadOf(times) });
  add('a text searched for', await screen.times(searches(), Number(options.repetitions)));
  for (const [name, keys] of waits) add(name, await screen.times(keys, Number(options.repetitions)));
  screen.type('t');
  await screen.drawn();
  add('a threshold typed', await screen.times(['\u001b[A'], Number(options.repetitions)));
  await screen.end();
  await index.close();
  return {
    question: 'what an operator waits for over a plan of many entries',
    entries: index.length,
    fileBytes: index.columns.offset.at(-1) ?? 0,
    openSeconds: rounded(openSeconds),
    waits: found,
    repetitions: Number(options.repetitions),
    maxRssBytes: { opened, all: process.resourceUsage().maxRSS * 1024 },
  };
}

/** Each is another text, typed and entered at once, so that nothing is remembered. */
function searches(): string[] {
  return Array.from({ length: 10 }, (_, n) => `/:${n}${n}${n}\r`);
}

/** Node knows no JSX. */
async function builtScreen(): Promise<typeof import('../src/ui/inspect/mount.tsx')> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const folder = path.join(root, '.foresync', 'bench', 'inspect-built');
  await bundlePrograms(folder, { screen: path.join(root, 'src/ui/inspect/mount.tsx') });
  return import(pathToFileURL(path.join(folder, 'screen.js')).href);
}

async function openScreen(plan: InspectedPlan) {
  const { inspectOnTerminal } = await builtScreen();
  const nothing = () => undefined;
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: nothing,
    ref: nothing,
    unref: nothing,
  });
  const output = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
      output.emit('drawn');
    },
  });
  const stdout = Object.assign(output, {
    columns: 200,
    rows: 60,
    isTTY: true,
  }) as unknown as NodeJS.WriteStream;
  const ended = inspectOnTerminal(
    plan,
    { view: wholeView, edits: plan.unedited, search: undefined },
    {
      terminal: { stdin: stdin as unknown as NodeJS.ReadStream, stdout, stderr: stdout },
      brush: brushFor([], { LANG: 'C.UTF-8' }),
      world: { save: async () => undefined },
      signal: new AbortController().signal,
    },
  );
  const drawn = () => once(output, 'drawn');
  await sleep(1000);
  return {
    type: (text: string) => stdin.write(text),
    drawn,
    /** How long each of the keys took, `repetitions` times one after the other. */
    async times(keys: readonly string[], repetitions: number): Promise<number[]> {
      const times: number[] = [];
      for (let i = 0; i < repetitions; i++) {
        const key = keys[i % keys.length] as string;
        await sleep(frameMs);
        const pressed = performance.now();
        stdin.write(key);
        await drawn();
        times.push(performance.now() - pressed);
      }
      return times;
    },
    async end(): Promise<void> {
      await sleep(frameMs);
      stdin.write('\u0003');
      await ended;
    },
  };
}
