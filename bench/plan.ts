/**
 * How long does `foresync plan` take for a million keys and thirty days of history, in how much memory, and does its cost
 * grow faster than the keys?
 *
 *   node bench/plan.ts [--keys 250000,500000,1000000] [--events-per-key 10] [--seed 1]
 *
 * The parent writes a log from a seeded generator (Zipf, a daily cycle, keys born all along) and has `analyze` read it;
 * a child of its own then opens that history, forecasts and writes the plan, so that nothing else is in the figures. The
 * limits are those of a million keys.
 * Not asked here: how good the forecast is, and what `analyze` costs.
 */
import { execFileSync } from 'node:child_process';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { forecast } from '../src/core/forecast/forecast.ts';
import { defaultTimeBudget } from '../src/core/forecast/panel/time-budget.ts';
import { openHistory } from '../src/core/history/open-history.ts';
import { makePlan } from '../src/core/plan/make-plan.ts';
import { writePlan } from '../src/core/plan/write-plan.ts';
import { openState } from '../src/core/state/open.ts';
import { seededRandom } from './support/random.ts';

export interface PlanFigures {
  question: string;
  plans: OnePlan[];
}

export interface OnePlan {
  /** Known keys, all of which are forecast. */
  keys: number;
  events: number;
  /** Confidence below which a key is not planned. */
  threshold: number;
  /** Keys that are planned. */
  entries: number;
  seconds: number;
  /** Of all threads. */
  cpuSeconds: number;
  keysPerSecond: number;
  /** Seconds until each step of the forecast reported its end, from the end of the one before; `write` is the plan itself. */
  steps: Record<string, number>;
  chosen: string;
  maxRssBytes: number;
}

const { values: options } = parseArgs({
  options: {
    keys: { type: 'string', default: '250000,500000,1000000' },
    'events-per-key': { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    measure: { type: 'string' },
    threshold: { type: 'string', default: '0' },
  },
});

if (options.measure !== undefined) print(await measure(options.measure, Number(options.threshold)));
else {
  const plans: OnePlan[] = [];
  for (const keys of options.keys.split(',')) plans.push(...(await plansOf(Number(keys))));
  print({
    question: 'How many keys a second does a plan forecast, and in how much memory?',
    plans,
  } satisfies PlanFigures);
}

function print(figures: PlanFigures | OnePlan): void {
  console.log(JSON.stringify(figures));
}

/** With the threshold that a plan has unless one says otherwise, and with none, so that every key is written. */
async function plansOf(keys: number): Promise<OnePlan[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'foresync-bench-plan-'));
  try {
    const log = path.join(folder, 'access.tsv');
    const lines = logLines(keys, keys * Number(options['events-per-key']), Number(options.seed));
    await pipeline(Readable.from(lines, { objectMode: false }), createWriteStream(log));
    const cli = fileURLToPath(new URL('../bin/run.js', import.meta.url));
    const analyze = ['analyze', log, '--columns', 'time,op,key,size', '--replica', 'r1', '--json'];
    execFileSync(cli, [...analyze, '--state', path.join(folder, 'state.db')], { maxBuffer: 1 << 26 });
    return [0.5, 0].map((threshold) => {
      const args = ['--measure', folder, '--threshold', `${threshold}`];
      const child = execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...args]);
      return JSON.parse(child.toString('utf8'));
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, minConfidence: number): Promise<OnePlan> {
  const started = performance.now();
  const ends = new Map<string, number>();
  const state = openState(path.join(folder, 'state.db'));
  const history = openHistory(state);
  const forecasted = await forecast(history, {
    horizonMs: 86_400_000,
    model: 'auto',
    seed: 1,
    timeBudget: defaultTimeBudget,
    minConfidence,
    onProgress: ({ step }) => ends.set(step, performance.now()),
  });
  const { events, replicas } = history.summary();
  const plan = makePlan(forecasted, { model: 'auto', limits: { minConfidence }, replicas });
  await writePlan(path.join(folder, 'plan.jsonl'), plan);
  state.close();
  ends.set('write', performance.now());
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const seconds = (performance.now() - started) / 1000;
  return {
    keys: forecasted.store.keys,
    events,
    threshold: minConfidence,
    entries: plan.header.entries,
    seconds: rounded(seconds),
    cpuSeconds: rounded((userCPUTime + systemCPUTime) / 1e6),
    keysPerSecond: Math.round(forecasted.store.keys / seconds),
    steps: lengths(ends, started),
    chosen: forecasted.report.chosen.model,
    maxRssBytes: maxRSS * 1024,
  };
}

function lengths(ends: Map<string, number>, startedMs: number): Record<string, number> {
  const seconds: Record<string, number> = {};
  let before = startedMs;
  for (const [step, end] of [...ends].sort(([, a], [, b]) => a - b)) {
    seconds[step] = rounded((end - before) / 1000);
    before = end;
  }
  return seconds;
}

function rounded(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

/** Events in order of time over thirty days, in pieces of many lines. Every key occurs at least once. */
function* logLines(keys: number, events: number, seed: number): Generator<string> {
  const random = seededRandom(seed);
  const startMs = Date.UTC(2026, 0, 1);
  const spanMs = 30 * 86_400_000;
  const perKey = Math.max(1, Math.floor(events / keys));
  let piece = '';
  for (let i = 0; i < events; i++) {
    const share = i / events;
    const cycle = 0.8 * Math.sin(2 * Math.PI * share * 30) * (86_400_000 / (2 * Math.PI));
    const born = Math.ceil(keys * Math.min(1, 0.5 + share / 2));
    const fresh = i % perKey === 0;
    const key = fresh ? Math.min(keys - 1, i / perKey) : Math.floor(born ** random()) - 1;
    const op = random() < 0.9 ? 'read' : 'write';
    piece += `${Math.round(startMs + share * spanMs + cycle)}\t${op}\tk${key}\t${64 + (key % 400)}\n`;
    if (piece.length < 1 << 16) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}
